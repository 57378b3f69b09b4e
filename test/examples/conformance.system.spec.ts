import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runConformance } from '../conformance/run.js';
import { ROOT } from '../support/root.js';
import { EXAMPLES, laravelApplication, python } from './runtimes.js';

/** The examples that keep calls, against the kit of docs/conformance.md. */
const PATIENCE_MS = 60_000;
const overSocketIo = () =>
  [process.execPath, fileURLToPath(new URL('dist/test/conformance/over-socket-io.js', ROOT))] as const;

describe('the conformance kit', () => {
  it.each([
    ['what the pages and the worker in PHP do', () => ['php', `${EXAMPLES}php/conformance.php`] as const],
    [
      'what the server and the worker in Python do',
      () => [python(), '-B', `${EXAMPLES}python/conformance_deliveries.py`] as const,
    ],
    [
      'the Socket.IO client in Python, over real connections',
      () => [...overSocketIo(), python(), '-B', `${EXAMPLES}python/conformance.py`] as const,
    ],
  ])('lets pass %s', async (_name, commandOf) => {
    await expectConformance(commandOf());
  });

  it('lets pass what the route and the command in Laravel do', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'pitel-laravel-'));
    try {
      await laravelApplication(dir);
      await expectConformance(['php', `${dir}/conformance.php`]);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });

  async function expectConformance(command: readonly [string, ...string[]]): Promise<void> {
    const { results } = await runConformance({ command, patienceMs: PATIENCE_MS });
    const broken = results.flatMap(({ scenario, failure }) =>
      failure === null ? [] : [`${scenario}, ${failure.step}: ${failure.broken.message}`],
    );
    expect(broken).toEqual([]);
    expect(results.length).toBeGreaterThan(5);
  }
});
