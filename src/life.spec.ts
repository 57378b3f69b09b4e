import { pino } from 'pino';
import { BOUND_MS, Life } from './life.js';

function setUp() {
  const exits: number[] = [];
  const lines: { msg: string }[] = [];
  let bound: { delayMs: number; run: () => void } | null = null;
  const life = new Life({
    after: (delayMs, run) => (bound = { delayMs, run }),
    exit: (code) => exits.push(code),
    log: pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) }),
  });
  const pastBound = () => {
    expect(bound!.delayMs).toBe(BOUND_MS);
    bound!.run();
  };
  return { life, exits, lines, pastBound };
}

const settled = () => new Promise(setImmediate);

describe('the end of the process', () => {
  it('comes with code 0 when everything is closed, once, however many signals come', async () => {
    const { life, exits } = setUp();
    let closed = 0;
    life.begin(
      () => Promise.resolve(void closed++),
      () => 'x',
    );
    life.end();
    life.end();
    await settled();
    life.end();
    expect([closed, exits]).toEqual([1, [0]]);
  });

  it('comes with code 1 and the name of what hangs when the bound is over', async () => {
    const { life, exits, lines, pastBound } = setUp();
    life.begin(
      () => new Promise(() => undefined),
      () => 'the clients',
    );
    life.end();
    await settled();
    expect(exits).toEqual([]);
    pastBound();
    expect(exits).toEqual([1]);
    expect(lines.map(({ msg }) => msg)).toEqual([
      'the shutdown hangs in the clients: ending without the rest',
    ]);
  });

  it('waits for a start that is under way, within the same bound', async () => {
    const { life, exits, pastBound } = setUp();
    life.end();
    await settled();
    expect(exits).toEqual([]);
    life.begin(
      () => Promise.resolve(),
      () => 'x',
    );
    await settled();
    expect(exits).toEqual([0]);

    const other = setUp();
    other.life.end();
    other.pastBound();
    expect(other.exits).toEqual([1]);
    expect(other.lines[0]!.msg).toContain('hangs in the start');
    expect(pastBound).not.toThrow();
  });

  it('comes with code 1 when closing fails', async () => {
    const { life, exits, lines } = setUp();
    life.begin(
      () => Promise.reject(new Error('no')),
      () => 'Redis',
    );
    life.end();
    await settled();
    expect(exits).toEqual([1]);
    expect(lines[0]!.msg).toBe('the shutdown failed in Redis');
  });
});
