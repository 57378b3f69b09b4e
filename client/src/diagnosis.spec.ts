import { diagnose, type Evidence } from './diagnosis.js';

describe('what is in the way', () => {
  const from = (page: string, bridge: string, given: Partial<Evidence> = {}) =>
    diagnose({
      page: new URL(page),
      bridge: new URL(bridge),
      blockedBy: null,
      isOnline: true,
      isLocalDenied: false,
      isReached: false,
      isReadable: false,
      ...given,
    });
  const CRM = 'https://crm.example/agents';
  const BRIDGE = 'https://bridge.example';

  it.each<[string, string, string, Partial<Evidence>]>([
    ['content-security-policy', CRM, BRIDGE, { blockedBy: 'connect-src' }],
    ['mixed-content', CRM, 'http://bridge.example', {}],
    ['mixed-content', CRM, 'http://10.0.0.5:3000', {}],
    ['mixed-content', CRM, 'http://bridge.example', { isOnline: false }],
    ['offline', CRM, BRIDGE, { isOnline: false }],
    ['private-address', CRM, 'http://localhost:3000', {}],
    ['private-address', CRM, 'https://192.168.1.5', {}],
    ['private-address', CRM, 'https://172.20.0.1', {}],
    ['private-address', CRM, 'https://[fd00::5]', {}],
    ['private-address', CRM, 'https://pbx.local', {}],
    ['private-address', CRM, BRIDGE, { isLocalDenied: true }],
    ['certificate', 'https://crm.lan', 'https://bridge.lan', {}],
    ['certificate', 'http://10.0.0.4', 'https://10.0.0.5', {}],
    ['unreachable', 'http://10.0.0.4', 'http://10.0.0.5', {}],
    ['unreachable', 'http://crm.example', 'http://bridge.example', {}],
    ['unreachable', CRM, 'https://172.32.0.1', {}],
    ['unreachable', CRM, BRIDGE, {}],
    ['no-socket', CRM, BRIDGE, { isReached: true, isReadable: true }],
    ['cors', CRM, BRIDGE, { isReached: true }],
    // A browser that thinks it is offline, and is not.
    ['cors', CRM, BRIDGE, { isReached: true, isOnline: false }],
    ['no-socket', CRM, 'http://localhost:3000', { isReached: true, isReadable: true }],
  ])('is %s, from %s to %s with %j', (code, page, bridge, given) => {
    expect(from(page, bridge, given).code).toBe(code);
  });

  it('is said with what to do', () => {
    expect(from(CRM, BRIDGE, { blockedBy: 'connect-src' }).text).toContain(
      'script-src https://bridge.example; connect-src https://bridge.example wss://bridge.example',
    );
    expect(from(CRM, BRIDGE, { isReached: true }).text).toContain(
      'add https://crm.example to its CORS_ORIGINS',
    );
    expect(from(CRM, BRIDGE).text).toContain('certificate');
    expect(from(CRM, BRIDGE).text).toContain('https://bridge.example/health/live');
    expect(from('http://crm.example', 'http://bridge.example').text).not.toContain('certificate');
  });
});
