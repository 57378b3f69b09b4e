import { parseWebhooksArguments } from './arguments.js';

const NOW = Date.UTC(2026, 2, 2, 3);
const BRIDGE = { url: undefined, tenant: undefined, isJson: false };
const CURSOR = 'e1:0000000000000007';
const VERIFY = {
  action: 'verify',
  id: undefined,
  tenant: undefined,
  request: undefined,
  body: undefined,
  at: undefined,
};

describe('npm run webhooks', () => {
  it.each<[string, object]>([
    ['list', { action: 'list', ...BRIDGE }],
    [
      'list --tenant acme --url https://bridge.example/pbx --json',
      { action: 'list', tenant: 'acme', url: 'https://bridge.example/pbx', isJson: true },
    ],
    ['test crm', { action: 'test', id: 'crm', ...BRIDGE }],
    ['resume crm', { action: 'resume', id: 'crm', ...BRIDGE }],
    ['attempts crm', { action: 'attempts', id: 'crm', ...BRIDGE }],
    ['dead crm', { action: 'dead', id: 'crm', ...BRIDGE }],
    [
      'replay crm --since 2h',
      { action: 'replay', id: 'crm', what: { since: '2026-03-02T01:00:00.000Z' }, ...BRIDGE },
    ],
    [
      'replay crm --since 2026-03-02T08:00:00+07:00',
      { action: 'replay', id: 'crm', what: { since: '2026-03-02T01:00:00.000Z' }, ...BRIDGE },
    ],
    [`replay crm --after ${CURSOR}`, { action: 'replay', id: 'crm', what: { after: CURSOR }, ...BRIDGE }],
    [`replay crm --only ${CURSOR}`, { action: 'replay', id: 'crm', what: { only: CURSOR }, ...BRIDGE }],
    ['verify', VERIFY],
    [
      'verify crm --tenant acme --request r.txt --body b.json --at 5m',
      { action: 'verify', id: 'crm', tenant: 'acme', request: 'r.txt', body: 'b.json', at: NOW - 300_000 },
    ],
  ])('understands %s', (argv, value) => {
    expect(parseWebhooksArguments(argv.split(' '), NOW)).toEqual({ ok: true, value });
  });

  it.each<[string, RegExp]>([
    ['', /^a command is needed/],
    ['delete crm', /^there is no such command/],
    ['list crm', /^list takes no id/],
    ['test', /^test needs the id/],
    ['test ../calls', /^test needs the id/],
    ['test crm chat', /^one webhook at a time/],
    ['test crm --since 2h', /^--since means nothing for test/],
    ['verify --url http://127.0.0.1', /^--url means nothing for verify/],
    ['list --tenant Acme', /^--tenant must be/],
    ['list --url bridge.example', /^--url must begin/],
    ['list --force', /^arguments not understood/],
    ['replay crm', /^replay needs one of/],
    [`replay crm --since 2h --only ${CURSOR}`, /^replay needs one of/],
    ['replay crm --since yesterday', /^--since must be/],
    ['replay crm --since 2026-03-02T08:00:00', /^--since must be/],
    ['replay crm --after 7', /^--after must be a cursor/],
    ['replay crm --only x', /^--only must be a cursor/],
    ['verify --at noon', /^--at must be/],
  ])('refuses "%s", and says how it is used', (argv, problem) => {
    const result = parseWebhooksArguments(argv.split(' ').filter(Boolean), NOW);
    expect(result).toEqual({ ok: false, problem: expect.stringMatching(problem) });
    expect(!result.ok && result.problem).toContain('usage: npm run webhooks');
  });
});
