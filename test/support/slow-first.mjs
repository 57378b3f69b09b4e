import Sequencer from '@jest/test-sequencer';

/** What spans parts takes longest: begun last, one of them would run on alone while the other workers have nothing left. */
export default class SlowFirst extends Sequencer {
  sort(tests) {
    const isSlow = ({ path }) => /[\\/]test[\\/]/.test(path);
    const inOrder = super.sort(tests);
    return [...inOrder.filter(isSlow), ...inOrder.filter((test) => !isSlow(test))];
  }
}
