import { networkList } from './networks.js';

describe('a list of networks', () => {
  it.each([
    ['127.0.0.1', ['127.0.0.1']],
    ['10.0.0.0/8, 192.168.0.0/16', ['10.0.0.0/8', '192.168.0.0/16']],
    ['10.1.2.3/8\n::1', ['10.1.2.3/8', '::1']],
    ['2001:db8::/32,127.0.0.1/32,fd00::/128', ['2001:db8::/32', '127.0.0.1/32', 'fd00::/128']],
    ['10.0.0.0/1,10.0.0.0/1,', ['10.0.0.0/1']],
    [' ', []],
  ])('may be %j', (text, networks) => {
    expect(networkList(text)).toEqual({ networks, problems: [] });
  });

  it.each([
    ['10.0.0.0/33', /^entry 1 has a prefix that is no whole number from 1 to 32/],
    ['10.0.0.0/08x', /^entry 1 has a prefix/],
    ['10.0.0.0/', /^entry 1 has a prefix/],
    ['10.0.0.0/-1', /^entry 1 has a prefix/],
    ['10.0.0.0/255.0.0.0', /^entry 1 has a prefix/],
    ['2001:db8::/129', /^entry 1 has a prefix that is no whole number from 1 to 128/],
    ['10.0.0/8', /^entry 1 is no address and no network/],
    ['10.0.0.256', /^entry 1 is no address and no network/],
    ['10.0.0.0/8/8', /^entry 1 is no address and no network/],
    ['fe80::1%eth0', /^entry 1 is no address and no network/],
    ['loopback', /^entry 1 is no address and no network/],
    ['proxy.example', /^entry 1 is no address and no network/],
    ['true', /^entry 1 is no address and no network/],
    ['*', /^entry 1 is no address and no network/],
    ['0.0.0.0/0', /^entry 1 is every address/],
    ['127.0.0.1,::/0', /^entry 2 is every address/],
  ])('may not be %j, and the problem says which entry is wrong', (text, problem) => {
    expect(networkList(text).problems).toEqual([expect.stringMatching(problem)]);
  });

  it('shows all problems and no value', () => {
    const { problems } = networkList('127.0.0.1, a-secret, 10.0.0.0/99');
    expect(problems).toHaveLength(2);
    expect(problems.join()).not.toMatch(/a-secret|99/);
  });
});
