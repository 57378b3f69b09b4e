import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { loadScripts, type ScriptName, type Scripts } from '../../src/store/redis/scripts.js';
import { openStore } from '../support/redis-store.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { STEPS } from './steps.js';
import { ProtocolWorld, type Seen, type Server } from './world.js';

/** Of histories of up to 80 steps. */
const RUNS = Number(process.env.PROTOCOL_RUNS ?? 250);
/** Within which a rule that is missing has to be noticed. */
const MUTANT_RUNS = 4_000;
/** The same histories each time, so that no missing rule is found only now and then. */
const MUTANT = { seed: 20261129 };

const OUTCOMES = [
  ...['committed', 'repeated', 'conflict', 'fenced', 'moved', 'lost', 'promoted', 'continued', 'begun'],
  ...['resumed in another epoch', 'epoch-changed', 'cursor-unknown'],
];

describe('the protocol of the log, with the real scripts on two servers', () => {
  const processes: TestRedis[] = [];
  const admins: Redis[] = [];

  beforeAll(async () => {
    for (let n = 0; n < 2; n++) {
      const redis = await startRedis();
      processes.push(redis);
      admins.push(new Redis(redis.url));
    }
  });
  afterAll(async () => {
    for (const admin of admins) admin.disconnect();
    for (const redis of processes) await redis.stop();
  });

  /** Checks so many histories, with these scripts. */
  const tried = async (runs: number, scripts?: Scripts, seen: Seen = new Map<string, number>()) => {
    const servers: Server[] = processes.map(({ url }, index) => ({
      store: openStore({ url }, { maxEvents: 1_000, ...(scripts && { scripts }) }),
      admin: admins[index]!,
    }));
    const history = fc.asyncProperty(STEPS, async (steps) => {
      const world = await ProtocolWorld.begin(servers, seen);
      for (const step of steps) await world.take(step);
    });
    try {
      return await fc.check(
        history,
        scripts === undefined ? { numRuns: runs } : { ...MUTANT, endOnFailure: true, numRuns: runs },
      );
    } finally {
      for (const { store } of servers) await store.close();
    }
  };

  it('keeps every promise of the model, whatever happens in whatever order', async () => {
    const seen: Seen = new Map();
    const found = await tried(RUNS, undefined, seen);
    if (found.failed) throw new Error(fc.defaultReportMessage(found));
    // A property that is never put to the test holds too.
    const least = Object.fromEntries(OUTCOMES.map((what) => [what, seen.get(what) ?? 0]));
    expect(Object.entries(least).filter(([, times]) => times === 0)).toEqual([]);
    console.log(
      `${found.numRuns} histories: ${[...seen].map(([what, times]) => `${what} ${times}`).join(', ')}`,
    );
  }, 300_000);

  it.each<[string, ScriptName, string, string]>([
    ['the commit id', 'commit-n', 'if stored[1] == ARGV[4] then', 'if false then'],
    ['newer tokens', 'commit-n', 'elseif fence > given then', 'elseif false then'],
    [
      'the server',
      'commit-n',
      "elseif not string.find(redis.call('INFO', 'replication'),",
      "elseif false and not string.find(redis.call('INFO', 'replication'),",
    ],
    ['the epoch', 'commit-n', 'or stored[4] ~= ARGV[3] or', 'or'],
    ['newer versions', 'commit-n', 'elseif version > expected then', 'elseif false then'],
    [
      'the server when it claims',
      'claim-4',
      'or stored[4] ~= lineage or',
      'or stored[4] ~= lineage and false or',
    ],
    ['how far an epoch had come', 'claim-4', "stored[2] .. ':' .. stored[3]", "stored[2] .. ':' .. '9999'"],
  ])(
    'breaks one where a script does not look at %s',
    async (_what, name, text, mutated) => {
      const { failed } = await tried(MUTANT_RUNS, without(name, text, mutated));
      expect(failed).toBe(true);
    },
    300_000,
  );
});

function without(name: ScriptName, text: string, mutated: string): Scripts {
  const scripts = loadScripts();
  const source = scripts[name].source.replace(text, () => mutated);
  if (source === scripts[name].source) throw new Error(`${name}.lua has no "${text}"`);
  return {
    ...scripts,
    [name]: { ...scripts[name], source, sha: createHash('sha1').update(source).digest('hex') },
  };
}
