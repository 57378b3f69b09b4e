import { channel, leaseKeys, logKey, parseChannel, stateKey } from './keys.js';

describe('keys and channels', () => {
  it('are named as the contract says', () => {
    expect(stateKey('acme-1')).toBe('pitel:{acme-1}:state');
    expect(logKey('acme-1')).toBe('pitel:{acme-1}:events');
    expect(channel('acme-1', 'call-started')).toBe('pitel:acme-1:call-started');
  });

  it('are read back to tenant and type', () => {
    expect(parseChannel('pitel:acme-1:call-started')).toEqual({ tenant: 'acme-1', type: 'call-started' });
  });

  it.each([
    'pitel:acme',
    'pitel:acme:',
    'pitel::x',
    'pitel:a:b:c',
    'pitel:{acme}:x',
    'pitel:Acme:x',
    'xpitel:a:b',
  ])('do not include %s', (name) => {
    expect(parseChannel(name)).toBeNull();
  });

  it('are not made of names that could reach beyond the tenant', () => {
    for (const tenant of ['a}:x', 'a:b', '', '*', 'A']) expect(() => logKey(tenant)).toThrow(TypeError);
    for (const type of ['', 'a:b']) expect(() => channel('acme', type)).toThrow(TypeError);
  });

  it('of leases are apart from every tenant’s, and what is published there from every consumer’s pattern', () => {
    const { members, shards, changed } = leaseKeys('0123abc');
    expect([stateKey('leases'), logKey('leases')]).not.toContain(members);
    expect([members, shards].every((key) => key.startsWith('pitel:{leases}:'))).toBe(true);
    expect(changed.startsWith('pitel:')).toBe(false);
    for (const group of ['', 'a:b', 'A', '*']) expect(() => leaseKeys(group)).toThrow(TypeError);
  });
});
