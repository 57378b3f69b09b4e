import Sequencer from '@jest/test-sequencer';

/**
 * The system tests first: each takes longer than a unit test, and begun last, one of them would run on alone while the other workers
 * have nothing left.
 */
export default class SlowFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => (/\.system\.spec/.test(path) ? 0 : 1);
    return super.sort(tests).toSorted((a, b) => rank(a) - rank(b));
  }
}
