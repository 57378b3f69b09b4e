import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import proxyaddr from 'proxy-addr';

/**
 * Whose request it is, where trusted proxies (`TRUSTED_PROXIES`) forward it.
 *
 * A proxy adds the address that it was asked from at the right end of `X-Forwarded-For`. So the client is the first address
 * from that end that is no trusted proxy; what stands to the left of it is what the client wrote, and does not count. Where the
 * peer is no trusted proxy, the whole header does not. What is no address counts for nothing either: then the request is the
 * proxy's that wrote it.
 */
export class ClientAddresses {
  /** Whether a proxy at this address is trusted; Express asks the same function. */
  readonly trusts: (address: string, hop: number) => boolean;

  readonly #ignored: (peer: string) => void;
  #hasIgnored = false;

  /**
   * @param trustedProxies addresses and CIDRs
   * @param ignored is called for the first peer whose header did not count: usually a proxy that was forgotten
   */
  constructor(trustedProxies: readonly string[], ignored: (peer: string) => void) {
    this.trusts = proxyaddr.compile([...trustedProxies]);
    this.#ignored = ignored;
  }

  /** Empty where the connection has ended. */
  of(request: Pick<IncomingMessage, 'headers' | 'socket'>): string {
    const way = proxyaddr.all(request as IncomingMessage, this.trusts);
    const peer = request.socket.remoteAddress;
    if (!this.#hasIgnored && peer !== undefined && HEADER in request.headers && !this.trusts(peer, 0)) {
      this.#hasIgnored = true;
      this.#ignored(peer);
    }
    const client = withoutPort(way.at(-1) ?? '');
    return isIP(client) !== 0 ? client : (way.at(-2) ?? '');
  }
}

const HEADER = 'x-forwarded-for';

/** Some proxies add the port: `192.0.2.1:50000`, `[2001:db8::1]:50000`. */
function withoutPort(address: string): string {
  return (
    /^(?:(\d+\.\d+\.\d+\.\d+)|\[([\da-f:.]+)\])(?::\d{1,5})?$/i.exec(address)?.slice(1).find(Boolean) ??
    address
  );
}
