import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * Says whether an address lies on the public internet: what a server may be asked to connect to by someone who is not its
 * operator. Everything that is not surely public is refused: ranges of a machine or a network of its own, of a cloud's
 * metadata, of multicast and documentation, and the IPv6 forms that carry an IPv4 address (mapped ones count as that address;
 * NAT64, 6to4, Teredo and the like are refused whole).
 */

/**
 * Null where the address may be asked: it is public, or one of `allowed`. Otherwise what it is, to be read after "is": "a
 * loopback address".
 * @param address an IP address; IPv6 without brackets
 * @param allowed addresses and CIDRs
 */
export function addressRefusal(address: string, allowed: readonly string[]): string | null {
  if (isIP(address) === 0) return 'no IP address';
  const parsed = ipaddr.process(address);
  if (allowed.some((network) => isWithin(parsed, network))) return null;
  const range: string = parsed.range();
  const isPublic = range === 'unicast' && (parsed.kind() === 'ipv4' || isGlobal(parsed as ipaddr.IPv6));
  return isPublic ? null : (WORDS[range] ?? 'not a public address');
}

/** Whether the text is an address, or a network with a prefix that is not 0. */
export function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  if (isIP(address) === 0 || address.includes('%') || more.length > 0) return false;
  if (bits === undefined) return true;
  return /^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= (isIP(address) === 4 ? 32 : 128);
}

/** IPv6 gives only 2000::/3 to networks so far; a zone names an interface of this machine. */
function isGlobal({ parts, zoneId }: ipaddr.IPv6): boolean {
  return (parts[0]! & 0xe000) === 0x2000 && zoneId === undefined;
}

function isWithin(address: ipaddr.IPv4 | ipaddr.IPv6, network: string): boolean {
  if (!isNetwork(network)) return false;
  const [text = '', bits] = network.split('/');
  const base = ipaddr.process(text);
  if (base.kind() !== address.kind()) return false;
  const whole = base.kind() === 'ipv4' ? 32 : 128;
  // Of a mapped network, `process` has taken the first 96 bits away.
  const mapped = isIP(text) === 6 && whole === 32 ? 96 : 0;
  return address.match(base, Math.max(0, bits === undefined ? whole : Number(bits) - mapped));
}

const WORDS: Readonly<Partial<Record<string, string>>> = {
  unspecified: 'an unspecified address',
  loopback: 'a loopback address',
  private: 'a private address',
  uniqueLocal: 'a private address',
  linkLocal: 'a link-local address',
  carrierGradeNat: 'an address of a carrier',
  multicast: 'a multicast address',
  broadcast: 'the broadcast address',
};
