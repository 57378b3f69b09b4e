import { lookup as systemLookup } from 'node:dns';
import { isIP } from 'node:net';
import { buildConnector } from 'undici';
import { addressRefusal } from '../../base/public-address.js';

/**
 * Opens connections to public addresses only, so that a person who writes a webhook's address, or the records of its name, cannot make
 * the bridge ask a machine of its own network.
 *
 * Guarantees: a host, literal or name, is resolved once per connection, all its addresses are checked before the first packet,
 * and only one of them is connected to: an answer to a second question changes nothing. The socket's own remote address
 * is checked again before anything is written. One address that may not be asked refuses the name: an honest name has none.
 * TLS is verified by the name, not by the address. No proxy variable has an effect.
 */
export function guardedConnector({ allowed, lookup, ca, timeoutMs }: GuardOptions): buildConnector.connector {
  const connect = buildConnector({
    timeout: timeoutMs,
    ...(ca !== null && { ca }),
    lookup: (hostname: string, options: LookupOptions, done: LookupDone) => {
      lookup(hostname, (error, found) => {
        if (error !== null) return done(error, []);
        const addresses = found.filter(({ family }) => !options.family || family === options.family);
        const refusal = found
          .map(({ address }) => addressRefusal(address, allowed))
          .find((why) => why !== null);
        if (refusal !== undefined) return done(new AddressRefusedError(`name resolves to ${refusal}`), []);
        const [first] = addresses;
        if (first === undefined)
          return done(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), []);
        if (options.all === true) done(null, addresses);
        else done(null, first.address, first.family);
      });
    },
  } as buildConnector.BuildOptions);

  return (options, callback) => {
    const host = options.hostname;
    // For a literal, Node resolves nothing.
    const refusal = isIP(host) === 0 ? null : addressRefusal(host, allowed);
    if (refusal !== null) return callback(new AddressRefusedError(`it is ${refusal}`), null);
    connect(options, (...[error, socket]: Parameters<buildConnector.Callback>) => {
      if (error !== null) return callback(error, null);
      const connected = addressRefusal(socket.remoteAddress ?? '', allowed);
      if (connected === null) return callback(null, socket);
      socket.destroy();
      callback(new AddressRefusedError(`connection leads to ${connected}`), null);
    });
  };
}

export interface GuardOptions {
  /** Addresses and CIDRs that may be asked although they are not public. */
  readonly allowed: readonly string[];
  readonly lookup: Lookup;
  /** Certificates in PEM form that are trusted instead of the public ones. */
  readonly ca: string | null;
  readonly timeoutMs: number;
}

/** Finds all addresses of a name; may call back at once. */
export type Lookup = (
  hostname: string,
  done: (error: Error | null, addresses: readonly FoundAddress[]) => void,
) => void;

export interface FoundAddress {
  readonly address: string;
  readonly family: number;
}

/** The system's: /etc/hosts and DNS, as every other program of the machine. */
export const SYSTEM_LOOKUP: Lookup = (hostname, done) => {
  systemLookup(hostname, { all: true, verbatim: true }, (error, found) => done(error, found));
};

/** The address may not be asked. Its message names no address. */
class AddressRefusedError extends Error {
  override readonly name = 'AddressRefusedError';
  readonly code = 'ADDRESS_REFUSED';

  constructor(why: string) {
    super(`address refused: ${why}`);
  }
}

/** What Node asks for. */
interface LookupOptions {
  readonly family?: number;
  readonly all?: boolean;
}

type LookupDone = (error: Error | null, found: string | readonly FoundAddress[], family?: number) => void;
