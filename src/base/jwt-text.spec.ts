import { withoutJwts } from './jwt-text.js';

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl';
const hidden = (text: string) => withoutJwts(text, '[gone]');

describe('a text without JSON Web Tokens', () => {
  it('has a mark in place of each, also of one that was cut short or stands in other text', () => {
    expect(hidden(JWT)).toBe('[gone]');
    expect(hidden(`Bearer ${JWT}, and ${JWT}.`)).toBe('Bearer [gone], and [gone]');
    expect(hidden('eyJhbGciOiJIUzI1NiJ9.eyJzdWIi')).toBe('[gone]');
    expect(hidden(`id_${JWT}`)).toBe('id_[gone]');
    expect(hidden(`a.b.${JWT}`)).toBe('a.b.[gone]');
    expect(hidden(`eyJ.eyJ.${JWT}`)).toBe('eyJ.eyJ.[gone]');
  });

  it('keeps what only resembles one', () => {
    for (const text of [
      'eyJhbGciOiJIUzI1NiJ9',
      'eyJ.short',
      'pbx.example.com',
      '203.0.113.9',
      'a-b.c_d',
      '…',
    ])
      expect(hidden(text)).toBe(text);
  });

  it('takes no longer for a long word than it takes to read it', () => {
    // From each beginning to the end it would be some hours.
    for (const long of ['eyJ'.repeat(2_000_000), 'eyJ.'.repeat(1_000_000), 'a-'.repeat(2_000_000)])
      expect(hidden(long)).toBe(long);
  });
});
