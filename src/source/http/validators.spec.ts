import { describe, expect, it } from '@jest/globals';
import { validatorsOf } from './validators.js';

const MODIFIED = 'Wed, 01 May 2024 00:00:30 GMT';
const LATER = 'Wed, 01 May 2024 00:00:31 GMT';

describe('the validators of an answer', () => {
  it.each(['"a1"', 'W/"a1"', '""'])('are its entity tag %s', (etag) => {
    const both = { etag, 'last-modified': MODIFIED, date: LATER };
    expect(validatorsOf(both)).toEqual({ 'if-none-match': etag });
  });

  it.each(['a1', '"a b"', '"é"', '"a', `"${'a'.repeat(300)}"`])('are not %s, which is no tag', (etag) => {
    expect(validatorsOf({ etag })).toBeNull();
  });

  it('are the date of its last change, when it was made in a later second', () => {
    expect(validatorsOf({ 'last-modified': MODIFIED, date: LATER })).toEqual({
      'if-modified-since': MODIFIED,
    });
  });

  it.each([
    ['in the same second, in which it may change again', { 'last-modified': MODIFIED, date: MODIFIED }],
    ['by a server that does not say when', { 'last-modified': MODIFIED }],
    ['with a date in another form', { 'last-modified': '2024-05-01T00:00:30Z', date: LATER }],
    ['without either', {}],
  ])('are none, when it was made %s', (_, headers) => {
    expect(validatorsOf(headers)).toBeNull();
  });
});
