import { channel, logKey, parseChannel, stateKey } from './keys.js';

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
});
