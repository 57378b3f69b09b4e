import Sequencer from '@jest/test-sequencer';

/**
 * The short form of chaos first, as it takes longest of all: begun last, it would run on alone while the other workers have
 * nothing left. Then the other system tests, which wait more than they compute and judge what happens in real time; the unit tests,
 * which only compute, would starve them.
 */
export default class SlowFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) =>
      /[\\/]chaos\.system\.spec/.test(path) ? 0 : /\.system\.spec/.test(path) ? 1 : 2;
    return super.sort(tests).toSorted((a, b) => rank(a) - rank(b));
  }
}
