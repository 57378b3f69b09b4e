import { hasKeyTwice } from './json-keys.js';

describe('a JSON text', () => {
  it.each<[string, boolean]>([
    ['{"a":1,"b":2}', false],
    ['{"a":1,"a":1}', true],
    ['{"a":1,"\\u0061":1}', true],
    ['{"a":{"b":1},"b":"x: \\"b\\":"}', false],
    ['{"a":[{"b":1,"b":2}]}', true],
    ['{"__proto__":{"a":1},"a":2}', false],
    ['{"__proto__":1,"__proto__":1}', true],
    ['["a","a"]', false],
  ])('%s has a key twice: %s', (text, expected) => {
    expect(hasKeyTwice(text, JSON.parse(text))).toBe(expected);
  });

  it('may be deeper than the stack', () => {
    const deep = (inmost: string) => `${'{"a":['.repeat(50_000)}${inmost}${']}'.repeat(50_000)}`;
    expect(hasKeyTwice(deep('1'), JSON.parse(deep('1')))).toBe(false);
    expect(hasKeyTwice(deep('{"b":1,"b":2}'), JSON.parse(deep('{"b":1,"b":2}')))).toBe(true);
  });
});
