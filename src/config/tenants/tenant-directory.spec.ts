import { DEFAULT_DESK_RULES } from '../../core/desk-rules.js';
import { OWN_CLAIM_NAMES } from '../../core/model/claims.js';
import { webhookEndpoint } from '../../../test/support/webhook-endpoint.js';
import { Secret } from '../secrets/secret.js';
import type { WebhookEndpoint } from '../webhooks/webhook-endpoint.js';
import type { ClientKeys } from './client-keys.js';
import type { TenantConfig } from './tenant.js';
import { TenantDirectory, type TenantsChange } from './tenant-directory.js';

const KEYS: ClientKeys = {
  secrets: [new Secret('a key')],
  jwksUrl: null,
  issuer: null,
  audience: null,
  algorithms: ['HS256'],
  claims: OWN_CLAIM_NAMES,
};

const HOOK = 'https://crm.example/';
const OTHER_HOOK = () => webhookEndpoint('https://n8n.example/', { id: 'other' });

function tenant(id: string, given: Partial<TenantConfig> = {}): TenantConfig {
  return {
    id,
    baseUrl: `https://${id}.example`,
    credential: { kind: 'token', token: new Secret(`token-of-${id}`) },
    timeZone: 'UTC',
    country: 'VN',
    direction: 'auto',
    pollIntervalMs: 1000,
    proxy: null,
    ca: null,
    clientKeys: null,
    revokedTokens: [],
    webhooks: [],
    desk: DEFAULT_DESK_RULES,
    ...given,
  };
}

function setUp(...tenants: TenantConfig[]) {
  const directory = new TenantDirectory(tenants);
  const changes: TenantsChange[] = [];
  const stop = directory.subscribe((change) => changes.push(change));
  return { directory, changes, stop };
}

describe('the directory of tenants', () => {
  it('reports what was added, altered and removed, in one change', () => {
    const { directory, changes } = setUp(tenant('a'), tenant('b'), tenant('c'));
    const altered = tenant('b', { country: 'DE' });
    directory.replace([tenant('d'), tenant('a'), altered]);
    expect(changes).toEqual([
      { added: [tenant('d')], altered: [altered], rekeyed: [], rehooked: [], reruled: [], removed: ['c'] },
    ]);
    expect(directory.current.map(({ id }) => id)).toEqual(['d', 'a', 'b']);
  });

  it.each<[string, Partial<TenantConfig>]>([
    ['address', { baseUrl: 'https://other.example' }],
    ['token', { credential: { kind: 'token', token: new Secret('another') } }],
    ['kind of credential', { credential: { kind: 'api-key', apiKey: new Secret('token-of-a') } }],
    ['zone', { timeZone: 'Asia/Ho_Chi_Minh' }],
    ['country', { country: 'DE' }],
    ['direction', { direction: 'leg' }],
    ['interval', { pollIntervalMs: 500 }],
    ['proxy', { proxy: new Secret('http://proxy.example/') }],
    ['authority', { ca: 'pem' }],
  ])('counts another %s as altered', (_, given) => {
    const { directory, changes } = setUp(tenant('a'));
    directory.replace([tenant('a', given)]);
    expect(changes.map(({ altered }) => altered)).toEqual([[tenant('a', given)]]);
  });

  it.each<[string, ClientKeys | null]>([
    ['another key', { ...KEYS, secrets: [new Secret('another')] }],
    ['a second key', { ...KEYS, secrets: [...KEYS.secrets, new Secret('another')] }],
    ['another issuer', { ...KEYS, issuer: 'id.example' }],
    ['another name of a claim', { ...KEYS, claims: { ...OWN_CLAIM_NAMES, sub: 'upn' } }],
    ['no key any more', null],
  ])('tells apart a tenant of which only client tokens are concerned: %s', (_, clientKeys) => {
    const { directory, changes } = setUp(tenant('a', { clientKeys: KEYS }));
    directory.replace([tenant('a', { clientKeys: { ...KEYS, secrets: [new Secret('a key')] } })]);
    expect(changes).toEqual([]);
    directory.replace([tenant('a', { clientKeys })]);
    expect(changes).toEqual([
      {
        added: [],
        altered: [],
        rekeyed: [tenant('a', { clientKeys })],
        rehooked: [],
        reruled: [],
        removed: [],
      },
    ]);
    expect(directory.current[0]!.clientKeys).toEqual(clientKeys);
    directory.replace([tenant('a', { clientKeys: KEYS, country: 'DE' })]);
    expect(changes[1]).toMatchObject({ altered: [{ id: 'a' }], rekeyed: [] });
    directory.replace([
      tenant('a', { ...directory.find('a')!, revokedTokens: ['screen-1'] }),
      ...directory.current.slice(1),
    ]);
    expect(changes[2]).toMatchObject({ altered: [], rekeyed: [{ id: 'a', revokedTokens: ['screen-1'] }] });
  });

  it.each<[string, WebhookEndpoint[]]>([
    ['another address', [webhookEndpoint('https://other.example/'), OTHER_HOOK()]],
    ['another secret', [webhookEndpoint(HOOK, { secrets: [new Secret('whsec_another')] }), OTHER_HOOK()]],
    ['another header', [webhookEndpoint(HOOK, { headers: new Map([['a', new Secret('b')]]) }), OTHER_HOOK()]],
    ['another age', [webhookEndpoint(HOOK, { maxAge: { default: 1, byType: new Map() } }), OTHER_HOOK()]],
    ['one more', [webhookEndpoint(HOOK), OTHER_HOOK(), webhookEndpoint(HOOK, { id: 'third' })]],
    ['one less', [OTHER_HOOK()]],
    ['none any more', []],
  ])(
    'tells apart a tenant of which only webhooks are concerned, and keeps the others: %s',
    (what, webhooks) => {
      const before = [webhookEndpoint(HOOK), OTHER_HOOK()];
      const { directory, changes } = setUp(tenant('a', { webhooks: before }));
      directory.replace([tenant('a', { webhooks: [webhookEndpoint(HOOK), OTHER_HOOK()] })]);
      expect(changes).toEqual([]);
      directory.replace([tenant('a', { webhooks })]);
      expect(changes).toMatchObject([
        { added: [], altered: [], rekeyed: [], rehooked: [{ id: 'a' }], removed: [] },
      ]);
      const after = directory.current[0]!.webhooks;
      expect(after).toEqual(webhooks);
      for (const kept of after.filter(({ id }) => id === 'other')) expect(kept).toBe(before[1]);
      if (what !== 'one more') expect(after[0]).not.toBe(before[0]);
      directory.replace([tenant('a', { webhooks: [], clientKeys: KEYS, country: 'DE' })]);
      expect(changes[1]).toMatchObject({ altered: [{ id: 'a', webhooks: [] }], rekeyed: [], rehooked: [] });
    },
  );

  it('reports a tenant both with other keys and with other webhooks twice', () => {
    const { directory, changes } = setUp(tenant('a'));
    directory.replace([tenant('a', { webhooks: [OTHER_HOOK()], clientKeys: KEYS })]);
    expect(changes).toMatchObject([{ altered: [], rekeyed: [{ id: 'a' }], rehooked: [{ id: 'a' }] }]);
  });

  it('reports nothing when only the order has changed', () => {
    const { directory, changes } = setUp(tenant('a'), tenant('b'));
    directory.replace([tenant('b'), tenant('a')]);
    expect(changes).toEqual([]);
  });

  it('reports nothing to a listener that has unsubscribed', () => {
    const { directory, changes, stop } = setUp(tenant('a'));
    stop();
    directory.replace([tenant('b')]);
    expect(changes).toEqual([]);
  });

  it('reports only the one of 10,000 tenants that has changed, and keeps the others as they are', () => {
    const ids = Array.from({ length: 10_000 }, (_, index) => `tenant-${index}`);
    const { directory, changes } = setUp(...ids.map((id) => tenant(id)));
    const before = directory.current;
    directory.replace(ids.map((id) => tenant(id, id === 'tenant-7000' ? { country: 'DE' } : {})));
    expect(changes).toHaveLength(1);
    expect(changes[0]).toMatchObject({ added: [], removed: [], altered: [{ id: 'tenant-7000' }] });
    expect(directory.current.filter((now, index) => now !== before[index])).toHaveLength(1);
  });

  it('reports a tenant whose desk has other rules apart from one that is polled otherwise', () => {
    const { directory, changes } = setUp(tenant('a'), tenant('b'));
    const same = directory.find('b');
    const desk = { ...DEFAULT_DESK_RULES, thresholds: [{ queue: null, rule: 'waiting', limit: 3 }] } as const;
    directory.replace([tenant('a', { desk }), tenant('b', { desk: { ...DEFAULT_DESK_RULES } })]);
    expect(changes).toMatchObject([{ altered: [], rekeyed: [], rehooked: [], reruled: [{ id: 'a', desk }] }]);
    expect(directory.find('b')).toBe(same);
  });
});
