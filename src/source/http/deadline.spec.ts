import { Deadline } from './deadline.js';

const NEVER_MS = 3_600_000;

function waiting(signal: AbortSignal): { readonly deadline: Deadline; readonly cut: () => boolean } {
  let isCut = false;
  const deadline = new Deadline(signal);
  deadline.set(NEVER_MS, 'too late', () => {
    isCut = true;
  });
  return { deadline, cut: () => isCut };
}

describe('a deadline', () => {
  it('is passed when its signal aborts, like every other one of that signal', () => {
    const given = new AbortController();
    const [one, other] = [waiting(given.signal), waiting(given.signal)];
    const elsewhere = waiting(new AbortController().signal);

    given.abort();

    for (const { deadline, cut } of [one, other]) {
      expect([deadline.passed, deadline.isLate, cut()]).toEqual(['request given up', false, true]);
      deadline.end();
    }
    expect([elsewhere.deadline.passed, elsewhere.cut()]).toEqual([null, false]);
    elsewhere.deadline.end();
  });

  it('that has ended is not given up when its signal aborts later', () => {
    const given = new AbortController();
    const { deadline, cut } = waiting(given.signal);
    deadline.end();

    given.abort();

    expect([deadline.passed, cut()]).toEqual([null, false]);
  });

  it('of a signal that has already aborted is passed from the start, and cuts at once', () => {
    const { deadline, cut } = waiting(AbortSignal.abort());
    expect([deadline.passed, cut()]).toEqual(['request given up', true]);
    deadline.end();
  });

  it('is late when its time is over, and says so', async () => {
    const deadline = new Deadline(new AbortController().signal);
    await new Promise<void>((resolve) => deadline.set(1, 'no answer within 1 ms', resolve));
    expect([deadline.passed, deadline.isLate]).toEqual(['no answer within 1 ms', true]);
    deadline.end();
  });

  it('keeps the first reason', () => {
    const given = new AbortController();
    const { deadline } = waiting(given.signal);
    deadline.giveUp('client closed');
    given.abort();
    expect(deadline.passed).toBe('client closed');
    deadline.end();
  });
});
