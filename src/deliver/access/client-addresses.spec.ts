import type { IncomingMessage } from 'node:http';
import { jest } from '@jest/globals';
import { ClientAddresses } from './client-addresses.js';

const PROXIES = ['10.0.0.0/8', '127.0.0.1', '2001:db8:f::/48'];

function addressOf(
  peer: string | undefined,
  forwarded?: string,
  proxies: readonly string[] = PROXIES,
): string {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return new ClientAddresses(proxies, () => undefined).of({
    headers,
    socket: { remoteAddress: peer },
  } as IncomingMessage);
}

describe('the address of a client', () => {
  it.each([
    ['of a connection without a proxy is its peer’s', '192.0.2.1', undefined, '192.0.2.1'],
    ['behind a trusted proxy is the one that this adds', '10.1.2.3', '192.0.2.1', '192.0.2.1'],
    [
      'behind two of them is the one that the outer one adds',
      '127.0.0.1',
      '192.0.2.1, 10.9.9.9',
      '192.0.2.1',
    ],
    ['is found behind a peer in mapped form', '::ffff:10.1.2.3', '192.0.2.1', '192.0.2.1'],
    ['may be of IPv6, and so may the proxy', '2001:db8:f::1', '2001:db8:1::7', '2001:db8:1::7'],
    ['may come with a port', '10.1.2.3', '192.0.2.1:50000', '192.0.2.1'],
    ['may come with brackets and a port', '10.1.2.3', '[2001:db8:1::7]:50000', '2001:db8:1::7'],
    ['is the proxy’s where this says nothing', '10.1.2.3', undefined, '10.1.2.3'],
    ['of a proxy that is a client itself is its own', '10.1.2.3', '10.4.5.6', '10.4.5.6'],
    ['of a connection that has ended is empty', undefined, undefined, ''],
  ])('%s', (_, peer, forwarded, address) => {
    expect(addressOf(peer, forwarded)).toBe(address);
  });

  it.each([
    ['by a peer that is no trusted proxy', '192.0.2.66', '198.51.100.1', '192.0.2.66'],
    ['by a peer beside the trusted network', '11.0.0.1', '198.51.100.1', '11.0.0.1'],
    ['to the left of the address that the proxy added', '10.1.2.3', '198.51.100.1, 192.0.2.66', '192.0.2.66'],
    ['as a trusted proxy, to the left of the added one', '10.1.2.3', '10.9.9.9, 192.0.2.66', '192.0.2.66'],
    ['as a chain of proxies', '10.1.2.3', '198.51.100.1, 10.9.9.9, 192.0.2.66', '192.0.2.66'],
    ['as words, alone', '10.1.2.3', 'localhost', '10.1.2.3'],
    ['as words before the added one', '10.1.2.3', 'unknown, 192.0.2.66', '192.0.2.66'],
    ['as an address that is none', '10.1.2.3', '999.1.1.1', '10.1.2.3'],
    ['as an empty header', '10.1.2.3', '', '10.1.2.3'],
    ['as commas', '10.1.2.3', ' , ,, ', '10.1.2.3'],
  ])('cannot be forged %s', (_, peer, forwarded, address) => {
    expect(addressOf(peer, forwarded)).toBe(address);
  });

  it('is the peer’s where no proxy is trusted, whatever a header says', () => {
    for (const peer of ['127.0.0.1', '::1', '10.0.0.1'])
      expect(addressOf(peer, '198.51.100.1', [])).toBe(peer);
  });

  it('is read from no other header', () => {
    const headers = {
      'x-real-ip': '198.51.100.1',
      forwarded: 'for=198.51.100.1',
      'true-client-ip': '198.51.100.1',
    };
    const request = { headers, socket: { remoteAddress: '10.1.2.3' } } as unknown as IncomingMessage;
    expect(new ClientAddresses(PROXIES, () => undefined).of(request)).toBe('10.1.2.3');
  });

  it('says once whose header did not count, and nothing of trusted proxies and of clients without one', () => {
    const ignored = jest.fn();
    const addresses = new ClientAddresses(PROXIES, ignored);
    const ask = (remoteAddress: string, headers: Record<string, string>) =>
      addresses.of({ headers, socket: { remoteAddress } } as unknown as IncomingMessage);
    ask('192.0.2.1', {});
    ask('10.1.2.3', { 'x-forwarded-for': '192.0.2.1' });
    expect(ignored).not.toHaveBeenCalled();
    for (const peer of ['172.18.0.1', '192.0.2.1']) ask(peer, { 'x-forwarded-for': '198.51.100.1' });
    expect(ignored.mock.calls).toEqual([['172.18.0.1']]);
  });
});
