import Sequencer from '@jest/test-sequencer';

/**
 * What spans parts takes longest, and the short form of chaos longest of all: begun last, one of them would run on alone while the
 * other workers have nothing left.
 */
export default class SlowFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) =>
      /[\\/]test[\\/]chaos[\\/]/.test(path) ? 0 : /[\\/]test[\\/]/.test(path) ? 1 : 2;
    return super.sort(tests).toSorted((a, b) => rank(a) - rank(b));
  }
}
