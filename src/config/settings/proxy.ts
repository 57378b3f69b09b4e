import { BlockList, isIP } from 'node:net';
import { Secret } from '../secrets/secret.js';
import type { Environment } from '../tenants/tenant.js';
import { proxyAddress } from './formats.js';

/**
 * The proxy that the environment has for everything that this machine asks: `HTTPS_PROXY` or `HTTP_PROXY`, by the scheme of
 * what is asked, unless `NO_PROXY` excepts its host. Each may be in lower case too, which wins, as with other programs.
 *
 * `NO_PROXY` is a list with commas or spaces: a name is itself and all names below it, with or without `.` or `*.` before
 * it; an address is itself; `10.0.0.0/8` is a range of addresses; `:port` restricts an entry; `*` is everything.
 */
export class EnvironmentProxies {
  readonly #env: Environment;
  readonly #exceptions: readonly Exception[];
  /** The variables that a tenant needs and that hold no proxy's address. */
  readonly malformed = new Set<string>();

  constructor(env: Environment) {
    this.#env = env;
    const list = firstOf(env, 'no_proxy', 'NO_PROXY')?.[1] ?? '';
    this.#exceptions = list.split(/[\s,]+/).flatMap((entry) => (entry === '' ? [] : [exceptionOf(entry)]));
  }

  /** The proxy for an origin; null where it is asked without one. */
  of(origin: string): Secret | null {
    const url = new URL(origin);
    const scheme = url.protocol === 'https:' ? 'https' : 'http';
    const given = firstOf(this.#env, `${scheme}_proxy`, `${scheme.toUpperCase()}_PROXY`);
    if (given === undefined) return null;
    const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
    const port = url.port || (scheme === 'https' ? '443' : '80');
    if (this.#exceptions.some((excepts) => excepts(host, port))) return null;
    const [name, text] = given;
    const address = proxyAddress(text);
    if (address !== undefined) return new Secret(address);
    this.malformed.add(name);
    return null;
  }
}

type Exception = (host: string, port: string) => boolean;

function exceptionOf(entry: string): Exception {
  if (entry === '*') return () => true;
  const [, inBrackets, plain, atPort] = /^(?:\[([^\]]+)\]|(.*?))(?::(\d+))?$/.exec(entry)!;
  // An IPv6 address without brackets has no port.
  const whole = isIP(entry) === 6 ? entry : (inBrackets ?? plain ?? '');
  const port = isIP(entry) === 6 ? undefined : atPort;
  const isHost = hostMatcher(whole.toLowerCase());
  return (host, ofPort) => (port === undefined || port === ofPort) && isHost(host);
}

function hostMatcher(name: string): (host: string) => boolean {
  const [, network, bits] = /^(.+)\/(\d{1,3})$/.exec(name) ?? [];
  const family = isIP(network ?? name);
  if (family !== 0 && Number(bits ?? 0) <= (family === 4 ? 32 : 128)) {
    const kind = family === 4 ? 'ipv4' : 'ipv6';
    const addresses = new BlockList();
    if (network === undefined) addresses.addAddress(name, kind);
    else addresses.addSubnet(network, Number(bits), kind);
    return (host) => isIP(host) === family && addresses.check(host, kind);
  }
  const bare = name.replace(/^\*?\./, '');
  return (host) => host === bare || host.endsWith(`.${bare}`);
}

/** The first of the variables that is set and not empty, with its name. */
function firstOf(env: Environment, ...names: string[]): readonly [name: string, text: string] | undefined {
  for (const name of names) {
    const text = env[name]?.trim();
    if (text !== undefined && text !== '') return [name, text];
  }
  return undefined;
}
