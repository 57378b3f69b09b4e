import { isIP } from 'node:net';
import { isSupportedCountry } from 'libphonenumber-js/max';
import type { PublicUrl } from '../../base/public-url.js';
import { isExtensionId } from '../../core/model/extension-id.js';

/**
 * The formats of settings. Each reader takes the trimmed text and returns the value, or undefined when the text is not
 * of its format. None of them throws or repeats its text: a secret may have been put into the wrong variable.
 */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** Digits only: `1e3`, `+5` and `0x10` are likely mistakes. */
export function wholeNumber(text: string, min: number, max: number): number | undefined {
  if (!/^\d{1,15}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const LONGEST_DURATION_MS = 365 * 86_400_000;

/** `30s`, `15m`, `8h` or `7d` in milliseconds, more than 0 and at most 365 days, or within other bounds. */
export function duration(
  text: string,
  { min = 1, max = LONGEST_DURATION_MS }: { readonly min?: number; readonly max?: number } = {},
): number | undefined {
  const match = /^(\d{1,9})([smhd])$/.exec(text);
  const ms = Number(match?.[1]) * (UNIT_MS[match?.[2] ?? ''] ?? NaN);
  return ms >= min && ms <= max ? ms : undefined;
}

/** The id of a token (its `jti`), which a list can hold: 1 to 128 visible ASCII characters without a comma. */
export function revokedToken(text: string): string | undefined {
  return /^[\x21-\x2b\x2d-\x7e]{1,128}$/.test(text) ? text : undefined;
}

function httpUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // URL silently drops line breaks and tabs from the middle.
  if (url === undefined || !/^https?:\/\/\S+$/i.test(text)) return undefined;
  return url.username === '' && url.password === '' && url.hash === '' ? url : undefined;
}

/** An http(s) origin, `https://host` or `https://host:port`; one trailing slash is accepted. */
export function httpOrigin(text: string): string | undefined {
  const url = httpUrl(text);
  // The text is compared too, because URL drops an empty query or fragment: `https://host/?` is not an origin.
  // A star is a pattern, and would be taken for a host's name.
  return url?.pathname === '/' && url.search === '' && !/[?#*]/.test(text) ? url.origin : undefined;
}

/**
 * An http(s) origin that a Content-Security-Policy can name. What has a meaning of its own in the policy or its header is
 * no part of a host's name; an address of IPv6 is none that browsers would match.
 */
export function frameOrigin(text: string): string | undefined {
  const origin = httpOrigin(text);
  return origin !== undefined && /^https?:\/\/[\w.-]+(:\d+)?$/.test(origin) ? origin : undefined;
}

/** An http(s) address without credentials and fragment. */
export function httpAddress(text: string): string | undefined {
  return httpUrl(text)?.href;
}

/**
 * The address by which people reach the bridge: an http(s) origin, with a path where the bridge lies below one; slashes at
 * its end are accepted. The path is plain, so that it is the same in every link, header and configuration of a proxy.
 */
export function publicUrl(text: string): PublicUrl | undefined {
  const url = httpUrl(text);
  const [, path = ''] = /^[^:]+:\/\/[^/?#*]+((?:\/[\w.~-]+)*)\/*$/.exec(text) ?? [];
  // `URL` takes `.` and `..` away.
  const isPlain = url?.pathname.startsWith(path) === true && /^\/*$/.test(url.pathname.slice(path.length));
  if (url === undefined || !isPlain || /[?#*]/.test(text)) return undefined;
  return { origin: url.origin, path };
}

/** Whether a path begins with one of the bridge's own: then `/docs/docs` could be meant by `/docs`. */
export function isOwnPath(path: string): boolean {
  return OWN_PATHS.has(path.split('/')[1] ?? '');
}

const OWN_PATHS: ReadonlySet<string> = new Set([
  ...['v1', 'socket.io', 'health', 'metrics', 'docs', 'docs.css', 'docs.js', 'assets'],
  ...['client', 'client.js', 'client.global.js', 'client.json'],
  ...['pop', 'pop.html', 'index.html', 'callbacks', 'webhooks', 'reports', 'licenses.txt'],
]);

/**
 * A proxy's address: `http://host:port` or `https://host:port`, with user and password where it asks for them,
 * percent-encoded. Without a scheme it is http. No path, since a proxy has none.
 */
export function proxyAddress(text: string): string | undefined {
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (!/^https?:\/\/[^\s/?#]+\/?$/i.test(address) || !URL.canParse(address)) return undefined;
  const { href, hostname, username, password } = new URL(address);
  const isDecodable = percentDecoded(username) !== undefined && percentDecoded(password) !== undefined;
  return hostname !== '' && isDecodable ? href : undefined;
}

/**
 * `redis://` or `rediss://`, with a host, nothing but a database number as its path, and no query: `?db=3` would be
 * ignored and lead to another database. User and password are percent-encoded; `URL` accepts a bare percent sign, which
 * decoding would throw for.
 */
export function isRedisUrl(text: string): boolean {
  if (!/^rediss?:\/\/[^?]*$/i.test(text) || !URL.canParse(text)) return false;
  const { hostname, pathname, hash, username, password } = new URL(text);
  if (hostname === '' || !/^(\/\d{0,5})?$/.test(pathname) || hash !== '') return false;
  return percentDecoded(username) !== undefined && percentDecoded(password) !== undefined;
}

/** An IP address (IPv6 without brackets) or a host name. */
export function hostName(text: string): string | undefined {
  if (isIP(text) !== 0) return text;
  const label = '[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?';
  // Digits and dots that are no IP address, such as 127.1 or 1270.0.0.1, are a mistake and no name.
  if (/^[\d.]+$/.test(text) || text.length > 253) return undefined;
  return new RegExp(`^${label}(\\.${label})*$`).test(text) ? text : undefined;
}

/** `host:port` or `[ipv6]:port`; the port is never implied. */
export function hostPort(text: string): HostPort | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? hostName(match?.[2] ?? '');
  const port = wholeNumber(match?.[3] ?? '', 1, 65_535);
  if (host === undefined || port === undefined || (match?.[1] !== undefined && isIP(host) !== 6))
    return undefined;
  return { host, port };
}

/** A comma list, in which every item is of the format; the empty items of `a,,b` are refused. */
export function listOf<T>(text: string, item: (text: string) => T | undefined): T[] | undefined {
  const items: T[] = [];
  for (const part of text.split(',')) {
    const value = item(part.trim());
    if (value === undefined) return undefined;
    items.push(value);
  }
  return items;
}

export function tenantId(text: string): string | undefined {
  return /^[a-z0-9][a-z0-9-]{0,62}$/.test(text) ? text : undefined;
}

/** An extension as the monitor may show it and a token may name it, such as `*97`. */
export function extensionId(text: string): string | undefined {
  return /^[A-Za-z0-9*#+_][A-Za-z0-9*#+_.@-]{0,63}$/.test(text) ? text : undefined;
}

/** `active`, or a comma list of extensions that the PBX can be asked about, without repetitions. */
export function watchList(text: string): 'active' | string[] | undefined {
  if (text === 'active') return text;
  const extensions = listOf(text, (item) => (isExtensionId(item) ? item : undefined));
  return extensions && [...new Set(extensions)];
}

/** A zone that Intl knows by name. */
export function timeZone(text: string): string | undefined {
  if (zones.has(text)) return text;
  try {
    new Intl.DateTimeFormat('en', { timeZone: text }).format();
  } catch {
    return undefined;
  }
  if (zones.size === ZONES_KEPT) zones.clear();
  zones.add(text);
  return text;
}

/**
 * Checking a zone with Intl takes a hundred times as long as this look-up, and thousands of tenants share a few zones.
 */
const zones = new Set<string>();
const ZONES_KEPT = 1_000;

/**
 * A two-letter country in upper or lower case whose phone numbers libphonenumber can read. `Intl` accepts more: codes
 * that ISO 3166-1 reserves (UK, EU), has withdrawn (AN) or leaves to its users (ZZ).
 */
export function country(text: string): string | undefined {
  const code = text.toUpperCase();
  return isSupportedCountry(code) ? code : undefined;
}

/**
 * A bearer token or an API key that a header can hold: visible ASCII without spaces. A pasted `Bearer …`, a line break
 * in the middle or an unfilled `{{placeholder}}` is thus noticed at the start, not by a 401.
 */
export function isCredential(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text) && !/^(\{\{.*\}\}|<.*>)$/.test(text);
}

/** `name=value,name=value`, values percent-encoded, as OpenTelemetry writes headers. */
export function headers(text: string): Readonly<Record<string, string>> | undefined {
  const pairs = listOf(text, (item) => {
    const match = /^([!#$%&'*+.^_`|~\w-]+)\s*=\s*([\x21-\x7e]+)$/.exec(item);
    return match === null ? undefined : decodedPair(match[1]!, match[2]!);
  });
  return pairs && Object.fromEntries(pairs);
}

function decodedPair(name: string, value: string): readonly [string, string] | undefined {
  const decoded = percentDecoded(value);
  return decoded !== undefined && /^[\x20-\x7e]+$/.test(decoded) ? [name, decoded] : undefined;
}

function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
