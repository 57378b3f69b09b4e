import { parseContinued } from './continued.js';

describe('what an epoch continues', () => {
  it('is read with the ends of the epochs', () => {
    expect(parseContinued('e3', 'e3 e2:12 e1:7')).toEqual([
      { epoch: 'e2', sequence: 12 },
      { epoch: 'e1', sequence: 7 },
    ]);
  });

  it.each([
    ['there is no text', undefined],
    ['the text is empty', ''],
    ['it belongs to another epoch', 'e2 e1:7'],
    ['an end has no number', 'e3 e2:12 e1'],
    ['an end is no end', 'e3 e2:12 e1:-7'],
    ['a name is none', 'e3 e 2:12'],
  ])('is nothing where %s', (_what, text) => {
    expect(parseContinued('e3', text)).toEqual([]);
  });
});
