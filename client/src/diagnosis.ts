import type { Problem, ProblemCode } from './problem.js';

/** What a page can know about the way to the bridge after an attempt to connect has failed. */
export interface Evidence {
  readonly page: URL;
  readonly bridge: URL;
  /** The directive of the page's policy that has blocked a request to the bridge; null when none has. */
  readonly blockedBy: string | null;
  /** The browser says that there is a network. */
  readonly isOnline: boolean;
  /** The user, or a policy, has denied this page the addresses of the local network. */
  readonly isLocalDenied: boolean;
  /** An answer came, which may be one that pages of this origin may not read. */
  readonly isReached: boolean;
  /** This page may read the bridge's answers. */
  readonly isReadable: boolean;
}

/**
 * Names what is most likely in the way; the first rule that fits counts. Browsers show a page no more than "failed": where
 * causes cannot be distinguished (a certificate, a service that does not run), the text names each, and how to see which it is.
 */
export function diagnose(evidence: Evidence): Problem {
  const { page, bridge, blockedBy, isReached, isReadable } = evidence;
  const { origin, hostname } = bridge;
  const socket = origin.replace(/^http/, 'ws');
  const is = (code: ProblemCode, text: string): Problem => ({ code, text });
  if (blockedBy !== null) {
    return is(
      'content-security-policy',
      `this page's Content-Security-Policy (${blockedBy}) blocks the bridge: add script-src ${origin}; connect-src ${origin} ${socket}`,
    );
  }
  if (isReached) {
    return isReadable
      ? is(
          'no-socket',
          `${origin} answers, but its Socket.IO address does not: let the proxy before it pass …/socket.io/ and WebSocket upgrades`,
        )
      : originMissing(page.origin, origin);
  }
  if (isMixed(page, bridge)) {
    return is(
      'mixed-content',
      `a page on https may not use ${origin}: serve the bridge on https, by a proxy with a certificate`,
    );
  }
  if (!evidence.isOnline) return is('offline', 'the browser is offline; the client connects when it is back');
  if (evidence.isLocalDenied || (isPrivate(hostname) && !isPrivate(page.hostname))) {
    return is(
      'private-address',
      `${origin} does not answer this page, and browsers let a public site use private addresses only where the user has allowed it (the site's settings: local network): give the bridge a public https address, or allow it; and is it running?`,
    );
  }
  if (bridge.protocol === 'https:' && isPrivate(hostname)) {
    return is(
      'certificate',
      `${origin} does not answer, and public authorities sign no certificate for such a name: open ${origin}/health/live in a tab; if that warns, the browser has to trust the certificate, or the bridge needs a public name`,
    );
  }
  return is(
    'unreachable',
    `${origin} does not answer: not running, a wrong address or a firewall` +
      (bridge.protocol === 'https:'
        ? `, or a certificate that the browser does not trust (expired, of another name, self-signed): open ${origin}/health/live in a tab, which shows it`
        : ''),
  );
}

/** The bridge does not list the page's origin. */
export function originMissing(page: string, bridge: string): Problem {
  return {
    code: 'cors',
    text: `${bridge} does not let pages of ${page} use it: add ${page} to its CORS_ORIGINS`,
  };
}

/** Browsers let a page that came over https use nothing over http, except on this machine. */
export function isMixed(page: { readonly protocol: string }, { protocol, hostname }: URL): boolean {
  return page.protocol === 'https:' && protocol === 'http:' && !isLoopback(hostname);
}

function isLoopback(hostname: string): boolean {
  return /^(?:localhost|.+\.localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
}

/** An address, or a name as only local networks have them. */
function isPrivate(hostname: string): boolean {
  return (
    isLoopback(hostname) ||
    /^(?:10|192\.168|169\.254|172\.(?:1[6-9]|2\d|3[01]))\.[\d.]+$/.test(hostname) ||
    /^\[f[cde]/.test(hostname) ||
    /^[^.:]+$|\.(?:local|lan|internal|intranet|home|corp|test)$/.test(hostname)
  );
}
