import { describe, expect, it } from '@jest/globals';
import { parseConfig } from '../parse-config.js';

const ENV = { PITEL_BASE_URL: 'https://pbx.example', PITEL_TOKEN: 't', STORE: 'memory', AUTH_MODE: 'none' };

/** Of the file that `DESK_FILE` names, and of a tenant of the tenants' file: both must read alike. */
function read(desk: unknown, env: Record<string, string> = {}) {
  const text = typeof desk === 'string' ? desk : JSON.stringify(desk);
  const single = parseConfig({ ...ENV, ...env, DESK_FILE: '/desk.yaml' }, () => text);
  const { STORE, AUTH_MODE } = ENV;
  const row = { id: 'default', baseUrl: 'https://pbx.example', token: 't' };
  if (typeof desk === 'object' && desk !== null && !Array.isArray(desk)) {
    const document = JSON.stringify({ tenants: [{ ...row, ...desk }] });
    const many = parseConfig({ STORE, AUTH_MODE, ...env, TENANTS_FILE: '/t.json' }, () => document);
    if (single.ok) expect(many.ok && many.config.tenants[0]!.desk).toEqual(single.config.tenants[0]!.desk);
    else if (!many.ok && many.problems[0]!.includes('.'))
      expect(many.problems).toEqual(
        single.problems.map((problem) => problem.replace('DESK_FILE: ', 'TENANTS_FILE: tenants[0].')),
      );
    else expect(many.ok).toBe(false);
  }
  return single;
}

function rules(desk: unknown, env: Record<string, string> = {}) {
  const parsed = read(desk, env);
  if (!parsed.ok) throw new Error(parsed.problems.join());
  return parsed.config.tenants[0]!.desk;
}

function problems(desk: unknown): readonly string[] {
  const parsed = read(desk);
  return parsed.ok ? [] : parsed.problems;
}

describe('the rules of a desk', () => {
  it('are those of a usual desk where nothing is said', () => {
    const parsed = parseConfig(ENV);
    expect(parsed.ok && parsed.config.tenants[0]!.desk).toEqual({
      timeZone: 'Asia/Ho_Chi_Minh',
      country: 'VN',
      businessHours: null,
      thresholds: [],
      serviceLevels: [{ queue: null, seconds: 20 }],
      shortAbandonMs: 5_000,
      callbackMaxAgeMs: 604_800_000,
    });
    expect(parsed.ok && parsed.config.deskRetention).toEqual({
      statsMs: 400 * 86_400_000,
      historyMs: 30 * 86_400_000,
    });
    expect(rules({})).toEqual(parsed.ok && parsed.config.tenants[0]!.desk);
  });

  it('are read from YAML, as the pages for operators write it', () => {
    const text = `
thresholds:
  - { waiting: 10, longestWait: 60 }
  - { queue: Sales, waiting: 5 }
serviceLevels:
  - { seconds: 30 }
  - { queue: Hàng chờ, seconds: 10 }
businessHours:
  - { days: [mon, tue, fri], from: 08:00, to: 17:30 }
  - { days: [sat], from: '20:00', to: 24:00 }
`;
    expect(rules(text, { PITEL_TIME_ZONE: 'Europe/Berlin' })).toMatchObject({
      timeZone: 'Europe/Berlin',
      thresholds: [
        { queue: null, rule: 'waiting', limit: 10 },
        { queue: null, rule: 'longestWait', limit: 60 },
        { queue: 'Sales', rule: 'waiting', limit: 5 },
      ],
      // The first that fits a queue is its own.
      serviceLevels: [
        { queue: 'Hàng chờ', seconds: 10 },
        { queue: null, seconds: 30 },
      ],
      businessHours: [
        { days: [1, 2, 5], from: 480, to: 1050 },
        { days: [6], from: 1200, to: 1440 },
      ],
    });
  });

  it('keep the usual service level for queues that have none of their own', () => {
    expect(rules({ serviceLevels: [{ queue: 'Sales', seconds: 10 }] }).serviceLevels).toEqual([
      { queue: 'Sales', seconds: 10 },
      { queue: null, seconds: 20 },
    ]);
  });

  it('with hours on no day are others than without hours: everything is after hours', () => {
    expect(rules({ businessHours: [] }).businessHours).toEqual([]);
  });

  it('have the times of the environment', () => {
    const env = {
      SHORT_ABANDON_MS: '0',
      CALLBACK_MAX_AGE: '48h',
      STATS_RETENTION: '3650d',
      HISTORY_RETENTION: '12h',
    };
    expect(rules({}, env)).toMatchObject({ shortAbandonMs: 0, callbackMaxAgeMs: 48 * 3_600_000 });
    const parsed = parseConfig({ ...ENV, ...env });
    expect(parsed.ok && parsed.config.deskRetention).toEqual({
      statsMs: 3650 * 86_400_000,
      historyMs: 12 * 3_600_000,
    });
  });

  it.each([
    ['CALLBACK_MAX_AGE', '59m'],
    ['CALLBACK_MAX_AGE', '91d'],
    ['SHORT_ABANDON_MS', '60001'],
    ['SHORT_ABANDON_MS', '5s'],
    ['STATS_RETENTION', '23h'],
    ['STATS_RETENTION', '3651d'],
    ['HISTORY_RETENTION', '30'],
  ])('refuse %s=%s', (name, value) => {
    const parsed = parseConfig({ ...ENV, [name]: value });
    expect(parsed.ok ? [] : parsed.problems).toEqual([
      expect.stringMatching(new RegExp(`^${name}: must be`)),
    ]);
  });

  it.each<[string, unknown, string]>([
    [
      'no limit',
      { thresholds: [{ queue: 'Sales' }] },
      'thresholds[0] must have waiting or longestWait, or both',
    ],
    [
      'another field',
      { thresholds: [{ waiting: 1, seconds: 3 }] },
      'thresholds[0] may have no other fields than queue, waiting, longestWait',
    ],
    [
      'a limit out of range',
      { thresholds: [{ waiting: 1 }, { queue: 'Sales', longestWait: 1.5 }] },
      'thresholds[1].longestWait must be a whole number from 1 to 86400 seconds',
    ],
    ['no list', { thresholds: { waiting: 1 } }, 'thresholds must be a list'],
    [
      'an empty queue',
      { thresholds: [{ queue: ' ', waiting: 1 }] },
      'thresholds[0].queue must be the id or the name',
    ],
    [
      'one queue twice, in two spellings',
      {
        thresholds: ['hàng'.normalize('NFC'), 'hàng '.normalize('NFD')].map((queue) => ({
          queue,
          waiting: 1,
        })),
      },
      'thresholds[1].queue names the queue of an earlier item',
    ],
    [
      'two items for all queues',
      { serviceLevels: [{ seconds: 20 }, { seconds: 30 }] },
      'serviceLevels[1] is the second one for all queues',
    ],
    [
      'no seconds',
      { serviceLevels: [{ queue: 'Sales' }] },
      'serviceLevels[0].seconds must be a whole number',
    ],
    [
      'a day of another language',
      { businessHours: [{ days: ['mon', 'thứ hai'], from: '08:00', to: '09:00' }] },
      'businessHours[0].days[1] must be one of mon, tue, wed, thu, fri, sat, sun',
    ],
    [
      'no day',
      { businessHours: [{ days: [], from: '08:00', to: '09:00' }] },
      'businessHours[0].days must be a list',
    ],
    [
      'a time that is none',
      { businessHours: [{ days: ['mon'], from: '8:00', to: '24:01' }] },
      "businessHours[0].from must be a time such as '08:00', from '00:00' to '24:00'",
    ],
    [
      'hours across midnight',
      { businessHours: [{ days: ['mon'], from: '22:00', to: '06:00' }] },
      'businessHours[0].to must be later than from: hours across midnight are two items',
    ],
    [
      'no object',
      [],
      'must hold an object with no other fields than thresholds, businessHours, serviceLevels',
    ],
    ['a field that is not known', { treshold: [] }, 'must hold an object with no other fields than'],
  ])('are refused with %s', (_, desk, problem) => {
    expect(problems(desk)[0]).toContain(`DESK_FILE: ${problem}`);
  });

  it('are refused with every problem, beside those of the webhooks’ file and of the environment', () => {
    const texts: Record<string, string> = {
      '/w.json': '{"endpoints": {}}',
      '/d.json': JSON.stringify({ thresholds: [{}], serviceLevels: [{ seconds: 0 }] }),
    };
    const parsed = parseConfig(
      { ...ENV, PORT: 'x', WEBHOOKS_FILE: '/w.json', DESK_FILE: '/d.json' },
      (path) => texts[path]!,
    );
    expect(parsed.ok ? [] : parsed.problems).toEqual([
      expect.stringMatching(/^PORT: /),
      'WEBHOOKS_FILE: endpoints must be a list',
      'DESK_FILE: thresholds[0] must have waiting or longestWait, or both',
      'DESK_FILE: serviceLevels[0].seconds must be a whole number from 1 to 3600 seconds',
    ]);
  });

  it('are of each tenant where the tenants have a file', () => {
    const parsed = parseConfig(
      { STORE: 'memory', AUTH_MODE: 'none', TENANTS_FILE: '/t.json', DESK_FILE: '/d.json' },
      () => JSON.stringify({ tenants: [{ id: 'acme', baseUrl: 'https://a.example', token: 't' }] }),
    );
    expect(parsed.ok ? [] : parsed.problems).toEqual([
      expect.stringMatching(/^DESK_FILE: is for a single tenant/),
    ]);
  });
});

describe('the files of a single tenant', () => {
  const texts: Record<string, string> = {
    '/w.json': JSON.stringify({ endpoints: [] }),
    '/d.json': JSON.stringify({ thresholds: [{ waiting: 3 }] }),
  };
  const at = (path: string) => texts[path]!;

  it.each([
    [{ DESK_FILE: '/d.json' }, 'desk'],
    [{ WEBHOOKS_FILE: '/w.json', DESK_FILE: '/d.json' }, 'webhooks and desk'],
  ])('%j are read again together, with the same tenant', (env, holds) => {
    const parsed = parseConfig({ ...ENV, ...env }, at);
    const file = parsed.ok ? parsed.config.singleTenantFiles! : null;
    expect(file?.holds).toBe(holds);
    const asked: string[] = [];
    const again = file!.read((path) => {
      asked.push(path);
      return path === '/d.json' ? '{"thresholds": [{"waiting": 4}]}' : at(path);
    });
    expect(asked).toEqual(Object.values(env));
    expect(again).toMatchObject({
      ok: true,
      tenants: [{ id: 'default', baseUrl: 'https://pbx.example', desk: { thresholds: [{ limit: 4 }] } }],
    });
    expect(file!.read((path) => (path === '/d.json' ? '{' : at(path)))).toEqual({
      ok: false,
      problems: [expect.stringMatching(/^DESK_FILE: is not valid YAML or JSON/)],
    });
  });

  it('add to the tokens that were revoked, while the service runs too', () => {
    const parsed = parseConfig(
      { ...ENV, DESK_FILE: '/d.json', AUTH_REVOKED_TOKENS: 'screen-1,screen-2' },
      () => '{"revokedTokens": ["screen-2", "screen-3"]}',
    );
    if (!parsed.ok) throw new Error(parsed.problems.join());
    const { tenants, singleTenantFiles } = parsed.config;
    expect(tenants[0]!.revokedTokens).toEqual(['screen-1', 'screen-2', 'screen-3']);
    expect(singleTenantFiles!.read(() => '{}')).toMatchObject({
      ok: true,
      tenants: [{ revokedTokens: ['screen-1', 'screen-2'] }],
    });
  });
});

describe('the list of revoked tokens', () => {
  const row = { id: 'acme', baseUrl: 'https://pbx.example', token: 't' };
  const file = (revokedTokens: unknown, env: Record<string, string> = {}) =>
    parseConfig({ STORE: 'memory', AUTH_MODE: 'none', TENANTS_FILE: '/t.json', ...env }, () =>
      JSON.stringify({
        tenants: [
          { ...row, revokedTokens },
          { ...row, id: 'globex' },
        ],
      }),
    );

  it('is each tenant’s own', () => {
    const parsed = file(['screen-1', 'screen-1', 'a|b']);
    expect(parsed.ok && parsed.config.tenants.map(({ revokedTokens }) => revokedTokens)).toEqual([
      ['screen-1', 'a|b'],
      [],
    ]);
  });

  it.each<[string, unknown, string]>([
    ['no list', 'screen-1', '.revokedTokens must be a list'],
    ['no text', [7], '.revokedTokens[0] must be a text'],
    ['an empty id', [''], '.revokedTokens[0] must be the claim jti'],
    ['an id with a comma', ['a,b'], '.revokedTokens[0] must be the claim jti'],
    ['too many', Array(1_001).fill('x'), '.revokedTokens must hold at most 1000 ids'],
  ])('is refused with %s', (_, revokedTokens, problem) => {
    const parsed = file(revokedTokens);
    expect(parsed.ok ? [] : parsed.problems).toEqual([
      expect.stringContaining(`TENANTS_FILE: tenants[0]${problem}`),
    ]);
  });

  it('is not of the environment where there are many tenants', () => {
    const parsed = file([], { AUTH_REVOKED_TOKENS: 'screen-1' });
    expect(parsed.ok ? [] : parsed.problems).toEqual([
      expect.stringMatching(/^AUTH_REVOKED_TOKENS: is for a single tenant/),
    ]);
    const bad = parseConfig({ ...ENV, AUTH_REVOKED_TOKENS: 'a b' });
    expect(bad.ok ? [] : bad.problems).toEqual([
      expect.stringMatching(/^AUTH_REVOKED_TOKENS: must be a list/),
    ]);
  });
});
