import { adaptiveBounds } from './settings/adaptive.js';
import type { Config } from './config.js';
import { parseConfig } from './parse-config.js';
import type { Environment } from './tenants/tenant.js';
import type { VariableName } from './settings/variables.js';

const MINIMAL = {
  PITEL_BASE_URL: 'https://pbx.example',
  PITEL_TOKEN: 'pitel-token',
  REDIS_URL: 'redis://127.0.0.1:6379',
  AUTH_JWT_SECRET: 'an-hs256-secret-of-32-bytes-or-more',
};
/** A sample: nothing is signed with it. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBhDCCASmgAwIBAgIUe1g2JjFnJQsxeRZHceSA7PZqd7IwCgYIKoZIzj0EAwIw
FjEUMBIGA1UEAwwLY29uZmlnLnNwZWMwIBcNMjYxMTIzMjI1NTM4WhgPMjEyNjEw
MzAyMjU1MzhaMBYxFDASBgNVBAMMC2NvbmZpZy5zcGVjMFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAEzJ7y/cDDhrNvRZaN/bnUU5ZEUIw4xB9qG25WZpsFAFOYCi95
vkmpDF3bYvZnPhiERPh/8Ket7U3RxKSp0++efKNTMFEwHQYDVR0OBBYEFDfxNjDa
PYwpBTugp/rTZ848N+o8MB8GA1UdIwQYMBaAFDfxNjDaPYwpBTugp/rTZ848N+o8
MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIhAPPxo8MpSCiEE4xb
Ifixb8b+DczYnaWk2czjOBpoMyauAiEAv7J/lnG9YtsWvIN++jNO4NNUYWnr2lAN
gIR5Y9edpCY=
-----END CERTIFICATE-----`;
type Overrides = Partial<Record<VariableName | 'NODE_ENV', string>>;

function accepted(overrides: Overrides = {}): { config: Config; warnings: readonly string[] } {
  const result = parseConfig({ ...MINIMAL, ...overrides });
  if (!result.ok) throw new Error(result.problems.join('\n'));
  return result;
}

function problems(env: Environment): readonly string[] {
  const result = parseConfig(env);
  return result.ok ? [] : result.problems;
}

const refused = (overrides: Overrides) => problems({ ...MINIMAL, ...overrides });

describe('the configuration', () => {
  it('needs four variables and gives everything else its default', () => {
    const { config, warnings } = accepted();
    expect(warnings).toEqual([]);
    expect({ ...config, tenants: [], store: null, auth: null }).toEqual({
      tenants: [],
      tenantsFile: null,
      singleTenantFiles: null,
      leaseGroup: 'tenant-default',
      capture: null,
      poll: {
        intervalMs: 1000,
        timeoutMs: 5000,
        maxBodyBytes: 16_777_216,
        hostConcurrency: 64,
        adaptive: null,
        absencePolls: 2,
        abandonedLookbackMs: 60_000,
        sourceDownAfter: 3,
        monitorLagMs: 300,
        unlistedHoldMs: 10_000,
        staleEntryMs: 900_000,
      },
      registrations: { watch: [], intervalMs: 30_000 },
      store: null,
      retention: { events: 100_000, ms: 604_800_000, bytes: null },
      deskRetention: { statsMs: 34_560_000_000, historyMs: 2_592_000_000 },
      http: {
        host: '127.0.0.1',
        port: 3000,
        corsOrigins: [],
        frameAncestors: [],
        trustedProxies: [],
        publicUrl: null,
      },
      deliver: { memoryBytes: null },
      clients: {
        maxTokenLifeMs: 86_400_000,
        maxConnections: 10_000,
        maxTokenless: 2_500,
        connectionsPerSubject: 2_000,
        bytesPerSecond: 32_768,
        failuresPerSecond: 20,
        maxRequests: 256,
        maxAnswerBytes: 67_108_864,
        writeTimeoutMs: 10_000,
        idleTimeoutMs: 10_000,
        maxPollingBytes: 33_554_432,
        lookupsPerMinute: 60,
      },
      auth: null,
      keySetMaxStaleMs: 86_400_000,
      log: { level: 'info', phoneNumbers: 'masked' },
      metrics: { tenantsMax: 50, listener: null, isOnClients: true },
      tracing: null,
    });
    expect(config.tenants).toMatchObject([
      {
        id: 'default',
        baseUrl: 'https://pbx.example',
        timeZone: 'Asia/Ho_Chi_Minh',
        country: 'VN',
        direction: 'auto',
      },
    ]);
    const [tenant] = config.tenants;
    expect(tenant?.credential.kind === 'token' && tenant.credential.token.reveal()).toBe('pitel-token');
    expect(
      config.store.kind === 'redis' && 'url' in config.store.redis && config.store.redis.url.reveal(),
    ).toBe(MINIMAL.REDIS_URL);
    expect(config.auth.mode === 'jwt' && 'secret' in config.auth && config.auth.secret.reveal()).toBe(
      MINIMAL.AUTH_JWT_SECRET,
    );
  });

  it('names every variable that is required when nothing is set', () => {
    expect(problems({})).toEqual([
      'PITEL_BASE_URL: is required',
      'PITEL_TOKEN or PITEL_API_KEY: one of them is required',
      expect.stringMatching(/^REDIS_URL: is required unless STORE=memory/),
      'AUTH_JWT_SECRET or AUTH_JWKS_URL: one of them is required with AUTH_MODE=jwt',
    ]);
  });

  it('takes an empty or blank variable as one that is not set', () => {
    const { config } = accepted({
      POLL_INTERVAL_MS: '',
      TENANTS_FILE: ' ',
      PITEL_API_KEY: '',
      STORE: '',
      HOST: '',
    });
    expect(config).toEqual(accepted().config);
    expect(refused({ PITEL_TOKEN: '' })).toEqual(['PITEL_TOKEN or PITEL_API_KEY: one of them is required']);
  });

  it('is frozen to the last list', () => {
    const { config } = accepted({ WATCH_EXTENSIONS: '101,102' });
    expect(() => ((config.poll as { intervalMs: number }).intervalMs = 1)).toThrow(TypeError);
    expect(() => (config.registrations.watch as string[]).push('103')).toThrow(TypeError);
    expect(() => (config.tenants as unknown[]).pop()).toThrow(TypeError);
    expect(() => ((config.tenants[0] as { id: string }).id = 'other')).toThrow(TypeError);
  });

  it('ignores variables that are not its own, whatever they hold', () => {
    expect(
      accepted({ PATH: '/bin', SOURCE_DATE_EPOCH: '0', npm_config_port: 'x' } as Overrides).warnings,
    ).toEqual([]);
  });
});

describe('a value', () => {
  const bounds: [VariableName, number, number][] = [
    ['POLL_INTERVAL_MS', 100, 60_000],
    ['POLL_MIN_INTERVAL_MS', 100, 60_000],
    ['POLL_MAX_INTERVAL_MS', 100, 60_000],
    ['POLL_TIMEOUT_MS', 10, 600_000],
    ['POLL_HOST_CONCURRENCY', 1, 10_000],
    ['POLL_MAX_BODY_BYTES', 1, 16_777_216],
    ['ABSENCE_POLLS', 1, 10],
    ['ABANDONED_LOOKBACK_MS', 0, 86_400_000],
    ['SOURCE_DOWN_AFTER', 1, 1000],
    ['MONITOR_LAG_MS', 0, 10_000],
    ['REGISTRATION_INTERVAL_MS', 100, 86_400_000],
    ['LOG_RETENTION_EVENTS', 1, 100_000_000],
    ['LOG_RETENTION_MS', 1, 315_360_000_000],
    ['PORT', 0, 65_535],
  ];
  it.each(bounds)('of %s may be %d and %d and nothing beyond', (name, min, max) => {
    expect(refused({ [name]: String(min) })).toEqual([]);
    expect(refused({ [name]: String(max) })).toEqual([]);
    const problem = [
      expect.stringMatching(new RegExp(`^${name}: must be a whole number from ${min} to ${max}`)),
    ];
    for (const wrong of [
      String(min - 1),
      String(max + 1),
      '5.5',
      '1e3',
      '0x40',
      'many',
      '1000ms',
      '9'.repeat(30),
    ]) {
      expect(refused({ [name]: wrong })).toEqual(problem);
    }
  });

  const formats: [VariableName, string[], string[]][] = [
    [
      'PITEL_BASE_URL',
      ['http://127.0.0.1:4010', 'https://pbx.example/', 'https://[::1]:8443', ' https://pbx.example\n'],
      [
        'pbx.example',
        'ftp://pbx.example',
        'https://pbx.example/v3',
        'https://pbx.example/?',
        'https://pbx.example/?a=1',
        'https://pbx.example/#',
        'https://me:word@pbx.example',
        'https://pbx .example',
        'https://pbx.\nexample',
        'https://',
        'https:pbx.example',
      ],
    ],
    [
      'PITEL_TOKEN',
      ['a.b-c_d~e+f/g=', 'x'],
      ['Bearer abc', 'two words', 'line\nbreak', 'thầm', '{{TOKEN}}', '<token>'],
    ],
    [
      'TENANT_ID',
      ['a', '0', 'acme', 'acme-2', 'a'.repeat(63)],
      ['Acme', '-acme', 'acme_2', 'a'.repeat(64), 'a.b', 'a b', 'a:b'],
    ],
    ['LEASE_GROUP', ['a', 'blue-2'], ['Blue', 'a:b', '-a', 'a'.repeat(64)]],
    [
      'PITEL_TIME_ZONE',
      ['UTC', 'Asia/Ho_Chi_Minh', 'Europe/Berlin'],
      ['Asia/Saigon City', 'Mars/Base', 'GMT+7:00h'],
    ],
    ['PITEL_DIRECTION', ['auto', 'call', 'leg'], ['LEG', 'inbound', 'true']],
    ['PITEL_COUNTRY', ['VN', 'vn', 'DE'], ['VNM', 'V', '84', 'XX', 'UK', 'EU', 'ZZ', 'AN', 'Việt']],
    [
      'WATCH_EXTENSIONS',
      ['active', '101', '101, 102', '7', '1'.repeat(15), '3F2b8c1e-0000-4000-8000-000000000107'],
      [
        '101,',
        ',',
        '101,,102',
        'active,101',
        '../x',
        'a/b',
        '1 2',
        '.',
        'a?b',
        // The PBX cannot be asked about these.
        '*97',
        'abc',
        'a@b',
        '101,+84',
        '1'.repeat(16),
        '3f2b8c1e-0000-4000-8000-00000000010',
      ],
    ],
    ['STORE', ['redis'], ['Redis', 'disk']],
    [
      'REDIS_URL',
      ['redis://h', 'rediss://u:p@h:6380/1', 'redis://:p@[::1]:6379', 'redis://a%40b:50%25@h'],
      [
        'h:6379',
        'http://h:6379',
        'redis://',
        'redis:///0',
        'redis://h/first',
        'redis://h:6379?db=3',
        'redis://h?family=6',
        'redis://h/0?',
        'redis://h:port',
        'redis://:pa%ss@h:6379',
        'redis://:100%@h',
        'redis://:%ff@h',
        'redis://us%er:p@h',
      ],
    ],
    [
      'HOST',
      ['0.0.0.0', '::', '::1', 'bridge', 'bridge.local'],
      ['http://x', 'a:3000', '[::1]', '127.1', 'a b', '-'],
    ],
    [
      'CORS_ORIGINS',
      ['https://a.example', 'https://a.example, http://127.0.0.1:5173'],
      ['*', 'https://*.a.example', 'null', 'a.example', 'https://a.example/app', 'https://a.example,'],
    ],
    [
      'FRAME_ANCESTORS',
      ['https://crm.example', 'https://crm.example:8443, http://127.0.0.1:5173', 'https://quầy.example'],
      [
        '*',
        'https://*.crm.example',
        "'self'",
        "'none'",
        'https:',
        'crm.example',
        'https://crm.example/app',
        'https://crm.example,',
        "https://crm.example; script-src 'unsafe-inline'",
        'https://crm.example;x',
        'https://[::1]:3000',
      ],
    ],
    [
      'PUBLIC_URL',
      [
        'https://bridge.example',
        'https://bridge.example/',
        'http://10.0.0.5:3000/a/b-c_d.e~f/',
        'http://[::1]:8080/x',
      ],
      [
        'bridge.example',
        'ws://bridge.example',
        'https://bridge.example/?a=1',
        'https://bridge.example/?',
        'https://bridge.example/a#b',
        'https://me:word@bridge.example',
        'https://bridge.example//a',
        'https://bridge.example/a//b',
        'https://bridge.example/a/../b',
        'https://bridge.example/a/.',
        'https://bridge.example/a%20b',
        'https://bridge.example/a b',
        'https://bridge.example/ä',
        'https://bridge.example\\a',
        'https://*.example',
      ],
    ],
    ['DELIVER_MEMORY_MB', ['8', '65536'], ['7', '65537', '128M']],
    ['AUTH_MODE', ['jwt'], ['JWT', 'basic']],
    ['AUTH_JWT_SECRET', ['x'.repeat(32), 'é'.repeat(16)], ['x'.repeat(31), ` ${'x'.repeat(31)} `]],
    ['LOG_LEVEL', ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], ['verbose', 'INFO', '30']],
  ];
  it.each(formats)('of %s is taken or refused by its format', (name, good, bad) => {
    for (const text of good)
      expect({ text, problems: refused({ [name]: text }) }).toEqual({ text, problems: [] });
    for (const text of bad) {
      const result = { text, problems: refused({ [name]: text }) };
      expect(result).toEqual({ text, problems: [expect.stringMatching(new RegExp(`^${name}: must be `))] });
    }
  });

  it('of REDIS_URL with a bare percent sign in its password is refused at the start, and the message says how to write it', () => {
    expect(refused({ REDIS_URL: 'redis://:pa%ss@h:6379' })[0]).toContain('percent-encoded, so % as %25');
  });

  it('of CORS_ORIGINS may not be a star, and the message says why', () => {
    expect(refused({ CORS_ORIGINS: '*' })[0]).toContain('* is refused, because');
  });

  it('is brought to one spelling', () => {
    const { config } = accepted({
      PITEL_BASE_URL: 'HTTPS://PBX.example:443/',
      PITEL_COUNTRY: 'vn',
      WATCH_EXTENSIONS: '101, 102,101',
      CORS_ORIGINS: 'https://App.example/,https://app.example:443',
      FRAME_ANCESTORS: 'https://App.example/,https://app.example:443',
    });
    expect(config.tenants[0]).toMatchObject({ baseUrl: 'https://pbx.example', country: 'VN' });
    expect(config.registrations.watch).toEqual(['101', '102']);
    expect(config.http.corsOrigins).toEqual(['https://app.example']);
    expect(config.http.frameAncestors).toEqual(['https://app.example']);
  });
});

describe('the tenant', () => {
  it('has a token or an API key, never both', () => {
    const [tenant] = accepted({ PITEL_TOKEN: '', PITEL_API_KEY: 'the-key' }).config.tenants;
    expect(tenant?.credential.kind === 'api-key' && tenant.credential.apiKey.reveal()).toBe('the-key');
    expect(refused({ PITEL_API_KEY: 'the-key' })).toEqual([
      'PITEL_TOKEN and PITEL_API_KEY: only one of them may be set',
    ]);
  });

  it('of the environment is excluded by TENANTS_FILE, and the message names the variables in conflict', () => {
    const readText = () => '{"tenants":[{"id":"a","baseUrl":"https://a.example","token":"t"}]}';
    const { PITEL_BASE_URL, PITEL_TOKEN, ...rest } = MINIMAL;
    const single = { PITEL_BASE_URL, PITEL_TOKEN, PITEL_API_KEY: 'k', TENANT_ID: 'default' };
    for (const [name, text] of Object.entries(single)) {
      expect(parseConfig({ ...rest, [name]: text, TENANTS_FILE: 't.json' }, readText)).toEqual({
        ok: false,
        problems: [`TENANTS_FILE: excludes ${name}, which must not be set with it`],
      });
    }
    const alone = parseConfig({ ...rest, TENANTS_FILE: 't.json' }, readText);
    expect(alone.ok && [alone.config.tenantsFile?.path, alone.config.tenants[0]?.id]).toEqual([
      't.json',
      'a',
    ]);
    expect(alone.ok && alone.config.leaseGroup).toBe('tenants-file');
  });

  it('is refused together with everything else that is wrong when its file is wrong', () => {
    const { REDIS_URL, AUTH_JWT_SECRET } = MINIMAL;
    expect(
      parseConfig({ REDIS_URL, AUTH_JWT_SECRET, TENANTS_FILE: 't.json', PORT: 'x' }, () => '{"tenants":[]}'),
    ).toEqual({
      ok: false,
      problems: [expect.stringMatching(/^PORT: /), 'TENANTS_FILE: tenants must name at least one tenant'],
    });
  });
});

describe('adaptive polling', () => {
  const bounds = (given: Overrides) => {
    const { adaptive, intervalMs } = accepted({ POLL_MODE: 'adaptive', ...given }).config.poll;
    return adaptiveBounds(adaptive!, intervalMs);
  };

  it('takes its bounds from the interval, as far as they are not set', () => {
    expect(bounds({})).toEqual({ minIntervalMs: 250, maxIntervalMs: 2_000, budgetPerHour: 0 });
    expect(bounds({ POLL_INTERVAL_MS: '100' })).toMatchObject({ minIntervalMs: 100, maxIntervalMs: 200 });
    expect(bounds({ POLL_INTERVAL_MS: '60000' })).toMatchObject({
      minIntervalMs: 15_000,
      maxIntervalMs: 60_000,
    });
    expect(bounds({ POLL_MIN_INTERVAL_MS: '5000' })).toMatchObject({
      minIntervalMs: 5_000,
      maxIntervalMs: 5_000,
    });
    expect(bounds({ POLL_MAX_INTERVAL_MS: '200' })).toMatchObject({
      minIntervalMs: 200,
      maxIntervalMs: 200,
    });
    expect(bounds({ POLL_MIN_INTERVAL_MS: '300', POLL_MAX_INTERVAL_MS: '300' })).toMatchObject({
      minIntervalMs: 300,
      maxIntervalMs: 300,
    });
  });

  it('is refused when its shortest interval is longer than its longest', () => {
    const given = { POLL_MIN_INTERVAL_MS: '900', POLL_MAX_INTERVAL_MS: '800' };
    expect(refused({ ...given, POLL_MODE: 'adaptive' })).toEqual([
      'POLL_MIN_INTERVAL_MS: must not be longer than POLL_MAX_INTERVAL_MS',
    ]);
  });

  it('may have a budget, or none, but not too small a one', () => {
    expect(bounds({ POLL_BUDGET_PER_HOUR: '3600' })).toMatchObject({ budgetPerHour: 3_600 });
    expect(bounds({ POLL_BUDGET_PER_HOUR: '0' })).toMatchObject({ budgetPerHour: 0 });
    for (const budget of ['1', '239', '1000001']) {
      expect(refused({ POLL_MODE: 'adaptive', POLL_BUDGET_PER_HOUR: budget })).toEqual([
        'POLL_BUDGET_PER_HOUR: must be 0 for none, or a whole number from 240 to 1000000 requests',
      ]);
    }
  });

  it('causes a warning when it is not switched on although its settings are there', () => {
    const { config, warnings } = accepted({ POLL_MAX_INTERVAL_MS: '3000', POLL_BUDGET_PER_HOUR: '7200' });
    expect(config.poll.adaptive).toBeNull();
    expect(warnings).toEqual([
      'POLL_MAX_INTERVAL_MS: is set but not used, because POLL_MODE is fixed',
      'POLL_BUDGET_PER_HOUR: is set but not used, because POLL_MODE is fixed',
    ]);
  });
});

describe('the store', () => {
  const noUrl = { REDIS_URL: '' };
  it('is Redis by address, by sentinels or by cluster nodes', () => {
    expect(
      accepted({ ...noUrl, REDIS_SENTINELS: 'a:26379, [::1]:26380', REDIS_SENTINEL_NAME: 'main' }).config
        .store,
    ).toEqual({
      kind: 'redis',
      redis: {
        sentinels: [
          { host: 'a', port: 26_379 },
          { host: '::1', port: 26_380 },
        ],
        name: 'main',
      },
    });
    expect(accepted({ ...noUrl, REDIS_CLUSTER_NODES: '10.0.0.1:7000' }).config.store).toEqual({
      kind: 'redis',
      redis: { clusterNodes: [{ host: '10.0.0.1', port: 7000 }] },
    });
  });

  it.each(['a', 'a:', ':1', 'a:0', 'a:65536', 'a:1,', 'redis://a:1', '[a]:1', '::1:1', 'u:p@a:1'])(
    'refuses %j as a list of hosts and ports',
    (text) => {
      expect(refused({ ...noUrl, REDIS_CLUSTER_NODES: text })).toEqual([
        'REDIS_CLUSTER_NODES: must be a list host:port,host:port',
      ]);
    },
  );

  it.each<[string, Overrides, string]>([
    ['an address and sentinels', { REDIS_SENTINELS: 'a:1', REDIS_SENTINEL_NAME: 'm' }, 'exclude each other'],
    [
      'an address and a cluster',
      { REDIS_CLUSTER_NODES: 'a:1' },
      'REDIS_URL, REDIS_CLUSTER_NODES: exclude each other',
    ],
    [
      'sentinels and a cluster',
      { ...noUrl, REDIS_SENTINELS: 'a:1', REDIS_SENTINEL_NAME: 'm', REDIS_CLUSTER_NODES: 'a:1' },
      'exclude each other',
    ],
    [
      'sentinels without a name',
      { ...noUrl, REDIS_SENTINELS: 'a:1' },
      'REDIS_SENTINEL_NAME: is required with',
    ],
    ['a name without sentinels', { ...noUrl, REDIS_SENTINEL_NAME: 'm' }, 'REDIS_SENTINELS: is required with'],
  ])('refuses %s', (_, overrides, message) => {
    expect(refused(overrides)).toEqual([expect.stringContaining(message)]);
  });

  describe('lets the bridge in', () => {
    const sentinels = { ...noUrl, REDIS_SENTINELS: 'a:1', REDIS_SENTINEL_NAME: 'm' };
    const cluster = { ...noUrl, REDIS_CLUSTER_NODES: 'a:1' };
    const redisOf = (overrides: Overrides, readText?: () => string) => {
      const result = parseConfig({ ...MINIMAL, ...overrides }, readText);
      if (!result.ok || result.config.store.kind !== 'redis') throw new Error('refused');
      return result.config.store.redis;
    };

    it.each<[string, Overrides]>([
      ['an address that carries no user', {}],
      ['sentinels', sentinels],
      ['a cluster', cluster],
    ])('as a user with a password, with %s', (_, way) => {
      const redis = redisOf({ ...way, REDIS_USERNAME: 'bridge', REDIS_PASSWORD: 'a word\n' });
      expect(redis.username).toBe('bridge');
      expect(redis.password?.reveal()).toBe('a word');
    });

    it('as the user of the address, with a separate password, and the other way about', () => {
      expect(refused({ REDIS_URL: 'redis://bridge@h:1', REDIS_PASSWORD: 'p' })).toEqual([]);
      expect(refused({ REDIS_URL: 'redis://:p@h:1', REDIS_USERNAME: 'bridge' })).toEqual([]);
    });

    it('as another user to the sentinels', () => {
      const redis = redisOf({
        ...sentinels,
        REDIS_SENTINEL_USERNAME: 'watched',
        REDIS_SENTINEL_PASSWORD: 'p',
      });
      expect(redis).toMatchObject({ sentinelUsername: 'watched' });
      expect('sentinelPassword' in redis && redis.sentinelPassword?.reveal()).toBe('p');
      expect(redis).not.toHaveProperty('password');
    });

    it('over TLS, and keeps of a file nothing but its certificates', () => {
      expect(redisOf({ ...cluster, REDIS_TLS: 'true' })).toMatchObject({ tls: true });
      expect(redisOf({ ...cluster, REDIS_TLS: 'false' })).not.toHaveProperty('tls');
      const file = `-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n${CERTIFICATE}\n# and another\n${CERTIFICATE}\n`;
      const withFile = { REDIS_TLS_CA_FILE: 'ca.pem' };
      const tlsCa = `${CERTIFICATE}\n${CERTIFICATE}`;
      expect(redisOf({ ...sentinels, ...withFile, REDIS_TLS: 'true' }, () => file)).toMatchObject({ tlsCa });
      expect(redisOf({ ...withFile, REDIS_URL: 'rediss://h:1' }, () => file)).toMatchObject({ tlsCa });
    });

    it.each([
      ['no certificate', 'holds no certificate in PEM form'],
      ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', 'certificate 1 of 1 cannot be read'],
      [null, 'cannot be read (ENOENT)'],
    ])('but not believing a file with %j', (text, problem) => {
      const readText = () => {
        if (text !== null) return text;
        throw Object.assign(new Error('open ca.pem'), { code: 'ENOENT' });
      };
      const env = { ...MINIMAL, REDIS_URL: 'rediss://h:1', REDIS_TLS_CA_FILE: 'ca.pem' };
      expect(parseConfig(env, readText)).toEqual({ ok: false, problems: [`REDIS_TLS_CA_FILE: ${problem}`] });
    });

    it.each<[string, Overrides, string]>([
      [
        'two passwords',
        { REDIS_URL: 'redis://:a@h:1', REDIS_PASSWORD: 'b' },
        'REDIS_PASSWORD: REDIS_URL carries a password already; set one of the two',
      ],
      [
        'two users',
        { REDIS_URL: 'redis://a:p@h:1', REDIS_USERNAME: 'b' },
        'REDIS_USERNAME: REDIS_URL carries a user already; set one of the two',
      ],
      [
        'a user without a password',
        { ...cluster, REDIS_USERNAME: 'b' },
        'REDIS_PASSWORD: is required with REDIS_USERNAME',
      ],
      [
        'a user of the sentinels without a password',
        { ...sentinels, REDIS_SENTINEL_USERNAME: 'b' },
        'REDIS_SENTINEL_PASSWORD: is required with REDIS_SENTINEL_USERNAME',
      ],
      [
        'an address with REDIS_TLS',
        { REDIS_TLS: 'true' },
        'REDIS_TLS: is for sentinels and clusters; with REDIS_URL write rediss://',
      ],
      [
        'an unfilled placeholder',
        { REDIS_PASSWORD: '{{redis_password}}' },
        'REDIS_PASSWORD: must be a password in one line, and not an unfilled placeholder',
      ],
      [
        'a user with a space',
        { REDIS_USERNAME: 'a b', REDIS_PASSWORD: 'p' },
        'REDIS_USERNAME: must be the name of a user of Redis, without spaces',
      ],
    ])('but not with %s', (_, overrides, problem) => {
      expect(refused(overrides)).toEqual([problem]);
    });

    it.each<[string, Overrides, string]>([
      ['an address', {}, 'write rediss:// in REDIS_URL'],
      ['a cluster', cluster, 'set REDIS_TLS=true'],
    ])('and says so when certificates are given for plain connections to %s', (_, way, how) => {
      const env = { ...MINIMAL, ...way, REDIS_TLS_CA_FILE: 'ca.pem' };
      expect(parseConfig(env, () => CERTIFICATE)).toEqual({
        ok: false,
        problems: [`REDIS_TLS_CA_FILE: is of no use without TLS; ${how}`],
      });
    });

    it('and warns when a password is for sentinels that are not set', () => {
      expect(accepted({ REDIS_SENTINEL_PASSWORD: 'p' }).warnings).toEqual([
        'REDIS_SENTINEL_PASSWORD: is set but not used, because REDIS_SENTINELS is not set',
      ]);
    });
  });

  it('may be memory without any Redis, but not in production', () => {
    expect(accepted({ ...noUrl, STORE: 'memory' }).config.store).toEqual({ kind: 'memory' });
    expect(refused({ ...noUrl, STORE: 'memory', NODE_ENV: 'test' })).toEqual([]);
    expect(refused({ ...noUrl, STORE: 'memory', NODE_ENV: 'production' })).toEqual([
      expect.stringMatching(/^STORE: memory is refused with NODE_ENV=production/),
    ]);
    expect(refused({ NODE_ENV: 'production' })).toEqual([]);
  });

  it('causes a warning when it is memory although an address of Redis is set', () => {
    expect(accepted({ STORE: 'memory' }).warnings).toEqual([
      'REDIS_URL: is set but not used, because STORE is memory',
    ]);
  });
});

describe('authentication', () => {
  const noKeys = { AUTH_JWT_SECRET: '' };
  it('checks tokens with a secret or with a key set, never both', () => {
    const { auth } = accepted({ ...noKeys, AUTH_JWKS_URL: 'https://id.example/jwks?v=1' }).config;
    expect(auth).toEqual({ mode: 'jwt', jwksUrl: 'https://id.example/jwks?v=1' });
    expect(refused({ AUTH_JWKS_URL: 'https://id.example/jwks' })).toEqual([
      'AUTH_JWT_SECRET and AUTH_JWKS_URL: only one of them may be set',
    ]);
    expect(refused({ ...noKeys, AUTH_JWKS_URL: 'https://u:p@id.example/' })).toEqual([
      expect.stringMatching(/^AUTH_JWKS_URL: must be/),
    ]);
  });

  it.each(['', '127.0.0.1', '127.8.9.10', '::1', '0:0:0:0:0:0:0:1', 'localhost', 'LOCALHOST'])(
    'may be none while HOST is %j',
    (HOST) => {
      expect(accepted({ ...noKeys, AUTH_MODE: 'none', HOST }).config.auth).toEqual({ mode: 'none' });
    },
  );

  it.each(['0.0.0.0', '::', '192.168.1.10', '128.0.0.1', 'localhost.example', '::2', 'bridge'])(
    'may not be none while HOST is %j',
    (HOST) => {
      expect(refused({ ...noKeys, AUTH_MODE: 'none', HOST })).toEqual([
        expect.stringMatching(/^AUTH_MODE: none is accepted only while HOST is a loopback address/),
      ]);
    },
  );

  it('causes a warning when it is none although a secret is set', () => {
    expect(accepted({ AUTH_MODE: 'none' }).warnings).toEqual([
      'AUTH_JWT_SECRET: is set but not used, because AUTH_MODE is none',
    ]);
  });
});

describe('the time for which keys outlive their key set', () => {
  it('is a day, unless JWKS_MAX_STALE says otherwise', () => {
    expect(accepted({ JWKS_MAX_STALE: '30m' }).config.keySetMaxStaleMs).toBe(1_800_000);
    expect(refused({ JWKS_MAX_STALE: '1w' })).toEqual([
      expect.stringMatching(/^JWKS_MAX_STALE: must be a time such as 30m or 24h/),
    ]);
  });
});

describe('the life of a token', () => {
  it.each([
    ['30s', 30_000],
    ['15m', 900_000],
    ['8h', 28_800_000],
    ['7d', 604_800_000],
    ['365d', 31_536_000_000],
  ])('may be %j: %p milliseconds', (text, ms) => {
    expect(accepted({ AUTH_MAX_TTL: text }).config.clients.maxTokenLifeMs).toBe(ms);
  });

  it.each(['366d', '8761h', '0s', '8', '-1h', '1.5h', '1w'])('may not be %j', (text) => {
    expect(refused({ AUTH_MAX_TTL: text })).toEqual([expect.stringMatching(/^AUTH_MAX_TTL: must be a time/)]);
  });
});

describe('what is before the bridge', () => {
  it('has an origin and a path', () => {
    const at = (PUBLIC_URL: string) => accepted({ PUBLIC_URL }).config.http.publicUrl;
    expect(at('HTTPS://Bridge.example:443/')).toEqual({ origin: 'https://bridge.example', path: '' });
    expect(at('http://example.com:8080/a/bridge//')).toEqual({
      origin: 'http://example.com:8080',
      path: '/a/bridge',
    });
  });

  it.each(['v1', 'socket.io', 'docs', 'health/bridge', 'metrics', 'pop'])(
    'may not lie below an address of the bridge: %s',
    (path) => {
      expect(refused({ PUBLIC_URL: `https://example.com/${path}` })).toEqual([
        expect.stringMatching(/^PUBLIC_URL: its path must not begin with one that the bridge has itself/),
      ]);
    },
  );

  it('is trusted by its networks, and each that is malformed is named', () => {
    const { config, warnings } = accepted({
      TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8',
      PUBLIC_URL: 'https://bridge.example',
    });
    expect(config.http.trustedProxies).toEqual(['127.0.0.1', '10.0.0.0/8']);
    expect(warnings).toEqual([]);
    expect(refused({ TRUSTED_PROXIES: '127.0.0.1,10.0.0.0/64,nginx' })).toEqual([
      expect.stringMatching(/^TRUSTED_PROXIES: entry 2 has a prefix/),
      expect.stringMatching(/^TRUSTED_PROXIES: entry 3 is no address and no network/),
    ]);
  });

  it('causes a warning where it is trusted and its address is not known', () => {
    expect(accepted({ TRUSTED_PROXIES: '127.0.0.1' }).warnings).toEqual([
      expect.stringMatching(/^PUBLIC_URL: is not set although TRUSTED_PROXIES is/),
    ]);
  });

  it('makes a bridge without tokens refuse to start, unless it is this machine', () => {
    const open = (PUBLIC_URL: string) => refused({ AUTH_MODE: 'none', AUTH_JWT_SECRET: '', PUBLIC_URL });
    expect(open('https://bridge.example')).toEqual([
      expect.stringMatching(/^AUTH_MODE: none is accepted only where PUBLIC_URL/),
    ]);
    expect(open('http://localhost:8080/bridge')).toEqual([]);
    expect(open('http://[::1]:8080')).toEqual([]);
  });
});

describe('the listener for metrics', () => {
  const isOnClients = (given: Overrides) => accepted(given).config.metrics.isOnClients;

  it('may be that of the clients while only this machine reaches it, and no other one is there', () => {
    for (const HOST of ['127.0.0.1', '127.8.8.8', '::1', 'localhost'])
      expect([HOST, isOnClients({ HOST })]).toEqual([HOST, true]);
    for (const HOST of ['0.0.0.0', '::', '10.0.0.1', 'bridge'])
      expect([HOST, isOnClients({ HOST })]).toEqual([HOST, false]);
    expect(isOnClients({ METRICS_PORT: '9464' })).toBe(false);
  });

  it('is not there where others reach the clients’, and a warning says what to set', () => {
    const open = accepted({ HOST: '0.0.0.0' });
    expect(open.config.metrics.listener).toBeNull();
    expect(open.warnings).toEqual([
      expect.stringMatching(/^METRICS_PORT: is not set, so that \/metrics is not served/),
    ]);
    expect(accepted({ HOST: '0.0.0.0', METRICS_PORT: '9464' }).warnings).toEqual([]);
  });

  const listener = (given: Overrides) => accepted(given).config.metrics.listener;

  it('is at the host of the other one unless it has its own', () => {
    expect(listener({ METRICS_PORT: '9100', HOST: '10.0.0.1' })).toEqual({ host: '10.0.0.1', port: 9100 });
    expect(listener({ METRICS_PORT: '9100', METRICS_HOST: '::1' })).toEqual({ host: '::1', port: 9100 });
  });

  it('is not at the same place as the other one', () => {
    expect(refused({ METRICS_PORT: '3000' })).toEqual([
      expect.stringMatching(/^METRICS_PORT: must not be PORT/),
    ]);
    expect(listener({ METRICS_PORT: '3000', METRICS_HOST: '::1' })).not.toBeNull();
    expect(listener({ METRICS_PORT: '0', PORT: '0' })).toEqual({ host: '127.0.0.1', port: 0 });
  });

  it('causes a warning when it has an address and no port', () => {
    const { config, warnings } = accepted({ METRICS_HOST: '::1' });
    expect(config.metrics.listener).toBeNull();
    expect(warnings).toEqual([expect.stringMatching(/^METRICS_HOST: is set but not used/)]);
  });
});

describe('a warning', () => {
  it('names a variable that is likely a typo, and the one that was meant', () => {
    const typos = { POLL_INTERVALL_MS: '500', REDIS_SENTINEL: 'a:1', POLL_TIMEOUT: '1' } as Overrides;
    expect(accepted(typos).warnings).toEqual([
      'POLL_INTERVALL_MS: is not known; is POLL_INTERVAL_MS meant?',
      'POLL_TIMEOUT: is not known; is POLL_TIMEOUT_MS meant?',
      'REDIS_SENTINEL: is not known; is REDIS_SENTINELS meant?',
    ]);
  });

  it('is about plain http to other machines and not about plain http to this one', () => {
    expect(accepted({ PITEL_BASE_URL: 'http://pbx.example' }).warnings).toEqual([
      expect.stringMatching(/^PITEL_BASE_URL: .*plain http/),
    ]);
    for (const own of ['http://127.0.0.1:4010', 'http://[::1]:4010', 'http://localhost']) {
      expect(accepted({ PITEL_BASE_URL: own }).warnings).toEqual([]);
    }
    expect(accepted({ AUTH_JWT_SECRET: '', AUTH_JWKS_URL: 'http://id.example/' }).warnings).toEqual([
      expect.stringMatching(/^AUTH_JWKS_URL: .*plain http/),
    ]);
  });
});
