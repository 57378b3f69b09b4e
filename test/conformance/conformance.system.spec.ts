import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ROOT } from '../support/root.js';
import { BROKEN_DELIVERIES, BROKEN_STREAMS } from './consumers/broken-on-purpose.js';
import { runConformance, type Verdict } from './run.js';

/** Real consumers in processes of their own, and some that break one rule each on purpose. */
const run = promisify(execFile);
const PATIENCE_MS = 60_000;
const path = (name: string) => fileURLToPath(new URL(name, ROOT));
const KIT = path('dist/test/conformance/');
const own = (...args: string[]) => [process.execPath, `${KIT}consumers/main.js`, ...args] as const;

function brokenIn({ results }: Verdict): string[] {
  return results.flatMap(({ scenario, failure }) =>
    failure === null ? [] : [`${scenario}, ${failure.step}: ${failure.broken.message}`],
  );
}

describe('the conformance kit', () => {
  it('lets the smallest right consumer of a stream pass', async () => {
    const verdict = await runConformance({ command: own('stream'), patienceMs: PATIENCE_MS });
    expect(verdict.profile).toBe('stream');
    expect(brokenIn(verdict)).toEqual([]);
  });

  it('lets the smallest right receiver of deliveries pass', async () => {
    const verdict = await runConformance({ command: own('delivery'), patienceMs: PATIENCE_MS });
    expect(verdict.profile).toBe('delivery');
    expect(brokenIn(verdict)).toEqual([]);
  });

  it('lets the client package pass, over connections of Socket.IO that are really cut', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'client-consumer-'));
    try {
      const program = join(dir, 'consumer.cjs');
      await run(path('node_modules/.bin/esbuild'), [
        path('client/test/conformance-consumer.ts'),
        ...['--bundle', '--platform=node', '--format=cjs', '--log-level=error', `--outfile=${program}`],
      ]);
      const command = [process.execPath, `${KIT}over-socket-io.js`, process.execPath, program] as const;
      expect(brokenIn(await runConformance({ command, patienceMs: PATIENCE_MS }))).toEqual([]);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });
});

describe('a consumer that is broken on purpose', () => {
  const BRIEF_MS = 3_000;
  const broken = [
    ...Object.keys(BROKEN_STREAMS).map((rule) => ['stream', rule] as const),
    ...Object.keys(BROKEN_DELIVERIES).map((rule) => ['delivery', rule] as const),
  ];

  it.each(broken)('of the profile %s fails by the name of its rule: %s', async (profile, rule) => {
    const command = own(profile, rule);
    const { results } = await runConformance({ command, patienceMs: BRIEF_MS, bail: true });
    expect(results.at(-1)!.failure?.broken.rule.name).toBe(rule);
  });

  it('is described so that the author of a port can find out why', async () => {
    const command = [
      `${KIT}main.js`,
      '--patience',
      '1',
      '--only',
      'an epoch that',
      ...own('stream', 'epoch-goes-on'),
    ];
    const { stdout } = await run(process.execPath, command).catch((error: { stdout: string }) => error);
    expect(stdout).toContain('BROKEN  an epoch that continues the one before');
    expect(stdout).toMatch(
      /rule {6}epoch-goes-on: without a reset .*\n +\(docs\/events\.md, Where the contract left it open, 9\)/,
    );
    expect(stdout).toContain('when      call-answered comes in another epoch, without a reset');
    expect(stdout).toContain(
      'expected  handled acme/c1/call-answered (call-answered at e2:0000000000000003)',
    );
    expect(stdout).toContain('came      nothing about it');
    expect(stdout).toContain('    < {"say":"saved","cursor":"e1:0000000000000002"}');
    expect(stdout).toContain('profile stream: 0 of 1 scenarios held\nbroken: epoch-goes-on');
  });
});
