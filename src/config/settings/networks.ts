import { isIP } from 'node:net';
import { wholeNumber } from './formats.js';

/**
 * Reads a list of networks, of the addresses whose forwarded addresses count: `10.0.0.0/8`, `2001:db8::/32`, or one address.
 * Entries are separated by commas or white space.
 *
 * A problem names the entry by its place in the list, because no message repeats a value. Every address (`/0`) is refused: each
 * client could then claim any address.
 */
export function networkList(text: string): NetworkList {
  const networks = text.split(/[\s,]+/).filter((entry) => entry !== '');
  const problems = networks.flatMap((entry, index) => {
    const problem = problemOf(entry);
    return problem === null ? [] : [`entry ${index + 1} ${problem}`];
  });
  return { networks: [...new Set(networks)], problems };
}

export interface NetworkList {
  readonly networks: readonly string[];
  readonly problems: readonly string[];
}

function problemOf(entry: string): string | null {
  const [address = '', bits, ...more] = entry.split('/');
  // A zone such as %eth0 names an interface, and no network.
  const family = address.includes('%') ? 0 : isIP(address);
  if (family === 0 || more.length > 0) return `is no address and no network: ${EXPECTED}`;
  if (bits === undefined) return null;
  const longest = family === 4 ? 32 : 128;
  const length = wholeNumber(bits, 0, longest);
  if (length === undefined) return `has a prefix that is no whole number from 1 to ${longest}: ${EXPECTED}`;
  return length === 0 ? 'is every address, so that each client could choose its own: name the proxies' : null;
}

const EXPECTED = 'write addresses and CIDRs such as 127.0.0.1,10.0.0.0/8,2001:db8::/32';
