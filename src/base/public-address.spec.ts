import { addressRefusal, isNetwork } from './public-address.js';

describe('an address', () => {
  it.each([
    '8.8.8.8',
    '113.160.0.1',
    '172.15.255.255',
    '172.32.0.1',
    '100.63.255.255',
    '100.128.0.1',
    '169.253.255.255',
    '2001:4860:4860::8888',
    '2405:4800::1',
    '::ffff:8.8.8.8',
  ])('%s is public', (address) => {
    expect(addressRefusal(address, [])).toBeNull();
  });

  it.each([
    ['127.0.0.1', 'a loopback address'],
    ['127.255.255.254', 'a loopback address'],
    ['::1', 'a loopback address'],
    ['0.0.0.0', 'an unspecified address'],
    ['0.1.2.3', 'an unspecified address'],
    ['::', 'an unspecified address'],
    ['10.0.0.1', 'a private address'],
    ['172.16.0.1', 'a private address'],
    ['172.31.255.255', 'a private address'],
    ['192.168.1.1', 'a private address'],
    ['fd00:ec2::254', 'a private address'],
    ['fc00::1', 'a private address'],
    ['169.254.169.254', 'a link-local address'],
    ['fe80::1', 'a link-local address'],
    ['fe80::1%lo', 'a link-local address'],
    ['100.64.0.1', 'an address of a carrier'],
    ['100.127.255.255', 'an address of a carrier'],
    ['224.0.0.1', 'a multicast address'],
    ['ff02::1', 'a multicast address'],
    ['255.255.255.255', 'the broadcast address'],
    ['::ffff:127.0.0.1', 'a loopback address'],
    ['::ffff:7f00:1', 'a loopback address'],
    ['::ffff:10.1.2.3', 'a private address'],
    ['::ffff:169.254.169.254', 'a link-local address'],
    // IPv4-compatible, NAT64 (both prefixes), translated, 6to4, Teredo.
    ['::127.0.0.1', 'a loopback address'],
    ['::7f00:1', 'not a public address'],
    ['64:ff9b::7f00:1', 'not a public address'],
    ['64:ff9b:1::a00:1', 'not a public address'],
    ['::ffff:0:7f00:1', 'not a public address'],
    ['2002:7f00:1::', 'not a public address'],
    ['2001:0:7f00:1::', 'not a public address'],
    // Benchmarking, documentation, reserved, site-local, a zone.
    ['198.18.0.1', 'not a public address'],
    ['192.0.2.1', 'not a public address'],
    ['198.51.100.1', 'not a public address'],
    ['203.0.113.1', 'not a public address'],
    ['192.0.0.1', 'not a public address'],
    ['240.0.0.1', 'not a public address'],
    ['2001:db8::1', 'not a public address'],
    ['3fff::1', 'not a public address'],
    ['fec0::1', 'not a public address'],
    ['4000::1', 'not a public address'],
    ['2405:4800::1%eth0', 'not a public address'],
    ['localhost', 'no IP address'],
    ['', 'no IP address'],
    ['127.1', 'no IP address'],
  ])('%s is %s', (address, why) => {
    expect(addressRefusal(address, [])).toBe(why);
  });

  it.each([
    ['10.1.2.3', ['10.0.0.0/8']],
    ['10.1.2.3', ['192.168.0.0/16', '10.1.2.3']],
    ['::ffff:10.1.2.3', ['10.0.0.0/8']],
    ['10.1.2.3', ['::ffff:10.0.0.0/104']],
    ['fd00::1', ['fd00::/8']],
    ['::1', ['::1']],
  ])('%s is allowed by %j', (address, allowed) => {
    expect(addressRefusal(address, allowed)).toBeNull();
  });

  it.each([
    ['10.1.2.3', ['10.1.2.4']],
    ['fd00::1', ['10.0.0.0/8', 'fc00::/8']],
    ['127.0.0.1', ['not an address', '0.0.0.0/0', '::/0']],
  ])('%s is not allowed by %j', (address, allowed) => {
    expect(addressRefusal(address, allowed)).not.toBeNull();
  });
});

describe('a network', () => {
  it.each(['10.0.0.0/8', '10.1.2.3', '::1', 'fd00::/8', '10.0.0.0/32', '::/1'])('may be %s', (text) => {
    expect(isNetwork(text)).toBe(true);
  });

  it.each([
    '',
    'crm.example',
    '10.0.0.0/0',
    '10.0.0.0/33',
    '10.0.0/8',
    'fe80::1%eth0',
    '::/129',
    '10.0.0.0/8/8',
    '10.0.0.0/',
  ])('may not be %j', (text) => {
    expect(isNetwork(text)).toBe(false);
  });
});
