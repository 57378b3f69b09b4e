import { ManualClock, token } from '../../test/support/delivery.js';
import { surroundingsOf } from '../test/watched.js';
import { expiryOf, TokenKeeper } from './token-keeper.js';

describe('the token keeper', () => {
  let clock: ManualClock;
  let asked: number;

  beforeEach(() => {
    clock = new ManualClock();
    asked = 0;
  });

  /** Tokens that last so many seconds; those of the list are accepted or not. */
  async function keep(seconds: number, accepted: (asked: number) => boolean): Promise<() => void> {
    const keeper = new TokenKeeper(() => {
      asked += 1;
      return token({}, { exp: Math.floor(clock.now() / 1000) + seconds });
    }, surroundingsOf(clock));
    return keeper.keep(await keeper.ask(), () => Promise.resolve(accepted(asked)));
  }

  async function pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      clock.advance(1_000);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  it('reads the expiry of a JWT and of nothing else', async () => {
    expect(expiryOf(await token({ name: 'Nguyễn ?>~' }, { exp: 1_700_000_000 }))).toBe(1_700_000_000_000);
    for (const other of ['', 'opaque', 'a.b.c', `a.${btoa('null')}.c`, `a.${btoa('{"exp":"soon"}')}.c`]) {
      expect(expiryOf(other)).toBeNull();
    }
  });

  it('asks when a fifth of the time is left, and again for the next token', async () => {
    await keep(100, () => true);
    await pass(79);
    expect(asked).toBe(1);
    await pass(3);
    expect(asked).toBe(2);
    await pass(82);
    expect(asked).toBe(3);
  });

  it('asks again, but at most every five seconds, when what it gets is not accepted', async () => {
    await keep(100, () => false);
    await pass(97);
    expect(asked).toBeGreaterThanOrEqual(3);
    expect(asked).toBeLessThanOrEqual(6);
  });

  it('does not loop when this clock is ahead of the tokens', async () => {
    await keep(-600, () => true);
    await pass(20);
    expect(asked).toBeLessThanOrEqual(6);
  });

  it('is not hurried by an expiry further away than timers reach', async () => {
    await keep(60 * 86_400, () => true);
    clock.advance(59 * 86_400_000);
    expect(asked).toBe(1);
  });

  it.each([
    [0, 90],
    [0.999, 70],
  ])('asks sooner or later by chance: at %f, after %i of 100 seconds', async (random, seconds) => {
    const exp = () => Math.floor(clock.now() / 1000) + 100;
    const keeper = new TokenKeeper(
      () => {
        asked += 1;
        return token({}, { exp: exp() });
      },
      { ...surroundingsOf(clock), random: () => random },
    );
    const stop = keeper.keep(await keeper.ask(), () => Promise.resolve(true));
    await pass(seconds - 2);
    expect(asked).toBe(1);
    await pass(4);
    expect(asked).toBe(2);
    stop();
  });

  it('says why no token came, until one comes', async () => {
    let fails = true;
    const noticed: (string | undefined)[] = [];
    const keeper: TokenKeeper = new TokenKeeper(
      () => (fails ? Promise.reject(new Error('logged out')) : token()),
      surroundingsOf(clock),
      () => noticed.push(keeper.problem?.text),
    );
    await expect(keeper.ask()).rejects.toThrow('logged out');
    await expect(keeper.ask()).rejects.toThrow('logged out');
    fails = false;
    await keeper.ask();
    expect(noticed).toEqual(['the token callback failed: Error: logged out', undefined]);
  });

  it('asks no more once it is stopped', async () => {
    const stop = await keep(100, () => true);
    stop();
    await pass(120);
    expect(asked).toBe(1);
  });
});
