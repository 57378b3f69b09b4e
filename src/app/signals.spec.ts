import { pino } from 'pino';
import { BOUND_MS, Termination } from './signals.js';

function setUp() {
  const exits: number[] = [];
  const lines: { msg: string }[] = [];
  let bound: { delayMs: number; run: () => void } | null = null;
  const termination = new Termination({
    after: (delayMs, run) => (bound = { delayMs, run }),
    exit: (code) => exits.push(code),
    log: pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) }),
  });
  const pastBound = () => {
    expect(bound!.delayMs).toBe(BOUND_MS);
    bound!.run();
  };
  return { termination, exits, lines, pastBound };
}

const settled = () => new Promise(setImmediate);

describe('the end of the process', () => {
  it('comes with code 0 when everything is closed, once, however many signals come', async () => {
    const { termination, exits } = setUp();
    let closed = 0;
    termination.arm(
      () => Promise.resolve(void closed++),
      () => 'x',
    );
    termination.request();
    termination.request();
    await settled();
    termination.request();
    expect([closed, exits]).toEqual([1, [0]]);
  });

  it('comes with code 1 and the name of the hanging step when the bound is over', async () => {
    const { termination, exits, lines, pastBound } = setUp();
    termination.arm(
      () => new Promise(() => undefined),
      () => 'the clients',
    );
    termination.request();
    await settled();
    expect(exits).toEqual([]);
    pastBound();
    expect(exits).toEqual([1]);
    expect(lines.map(({ msg }) => msg)).toEqual(['shutdown hangs in the clients: ending without the rest']);
  });

  it('waits for a start that is under way, within the same bound', async () => {
    const { termination, exits, pastBound } = setUp();
    termination.request();
    await settled();
    expect(exits).toEqual([]);
    termination.arm(
      () => Promise.resolve(),
      () => 'x',
    );
    await settled();
    expect(exits).toEqual([0]);

    const other = setUp();
    other.termination.request();
    other.pastBound();
    expect(other.exits).toEqual([1]);
    expect(other.lines[0]!.msg).toContain('hangs in the start');
    expect(pastBound).not.toThrow();
  });

  it('comes with code 1 when closing fails', async () => {
    const { termination, exits, lines } = setUp();
    termination.arm(
      () => Promise.reject(new Error('no')),
      () => 'Redis',
    );
    termination.request();
    await settled();
    expect(exits).toEqual([1]);
    expect(lines[0]!.msg).toBe('shutdown failed in Redis: Error: no');
  });
});
