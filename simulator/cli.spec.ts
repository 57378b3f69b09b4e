import { readSettings } from './cli.js';

describe("the simulator's settings", () => {
  it('have defaults', () => {
    expect(readSettings([], {})).toMatchObject({
      host: '127.0.0.1',
      port: 4010,
      token: 'simulator-token',
      apiKey: undefined,
      speed: 1,
    });
  });

  it('come from flags first, then from the environment', () => {
    expect(readSettings(['--port', '5000'], { SIM_PORT: '6000', SIM_CALLS_PER_HOUR: '60' })).toMatchObject({
      port: 5000,
      callsPerHour: 60,
    });
  });

  it.each([
    [['--port', 'abc'], '--port must be a number from 0 to 65535, not "abc"'],
    [['--speed', '0'], '--speed must be a number'],
    [['--profile', 'lively'], '--profile must be flat or office, not "lively"'],
    [['--nonsense'], 'nonsense'],
  ])('that are wrong (%j) are refused in a sentence', (args, words) => {
    expect(() => readSettings(args, {})).toThrow(words);
  });

  it('are explained on request', () => {
    expect(readSettings(['--help'], {})).toBe('help');
  });
});
