import { readdirSync } from 'node:fs';
import { refusedIn } from '../../../test/support/vietnamese.js';
import { cardWords } from '../../../client/src/card-words.js';

/** Names are not translated. A text of one word may be the same in both languages. */
const NAMES = new Set(['Pitel Event Bridge']);
const FOLDER = new URL('.', import.meta.url);

/** One file a language and page: `vi.ts` and `en.ts`, `webhooks-vi.ts` and `webhooks-en.ts`. */
const PAGES = readdirSync(FOLDER)
  .map((name) => /^(.*?)vi\.ts$/.exec(name)?.[1])
  .filter((page) => page !== undefined);

describe.each([...PAGES, 'the card'])('The Vietnamese of %s', (page) => {
  let vi: Map<string, string[]>;
  let en: Map<string, string[]>;

  beforeAll(async () => {
    [vi, en] = [textsOf(await wordsOf(page, 'vi')), textsOf(await wordsOf(page, 'en'))];
  });

  it('has the texts that the English has, each with words', () => {
    expect([...vi.keys()].sort()).toEqual([...en.keys()].sort());
    for (const texts of [...vi.values(), ...en.values()]) expect(texts).not.toContain('');
  });

  it('says nothing that a call centre does not say', () => {
    expect([...vi.values()].flat().flatMap(refusedIn)).toEqual([]);
  });

  it('is not English', () => {
    const same = [...vi].filter(
      ([key, [text]]) => /\p{L} \p{L}/u.test(text!) && text === en.get(key)![0] && !NAMES.has(text!),
    );
    expect(same).toEqual([]);
  });
});

describe('The Vietnamese of the outcomes', () => {
  it('never shares a word between an abandoned call and one without an answer', async () => {
    const vi = textsOf(await wordsOf('', 'vi'));
    for (const key of ['outcomes.no-answer', 'outcomes.not-answered'])
      expect(vi.get(key)![0]).not.toContain('nhỡ');
    expect(vi.get('outcomes.no-answer')![0]).toBe('không trả lời');
    const board = textsOf(await wordsOf('board-', 'vi'));
    const abandoned = [
      ...['outcomes.abandoned', 'eventTypes.call-abandoned'].map((key) => vi.get(key)![0]!),
      ...['abandoned', 'abandonedToday'].map((key) => board.get(key)![0]!),
    ];
    for (const text of abandoned) {
      expect(text.toLowerCase()).toContain('nhỡ');
      expect(text).not.toContain('trả lời');
    }
    expect(board.get('missedRings')![0]).not.toContain('nhỡ');
  });

  it('calls a number withheld only where the customer withheld it', async () => {
    for (const words of [await wordsOf('', 'vi'), await wordsOf('the card', 'vi')]) {
      expect(textsOf(words).get('noNumber')![0]!.toLowerCase()).toBe('không rõ số');
    }
    expect(textsOf(await wordsOf('', 'vi')).get('anonymous')).toEqual(['số ẩn']);
  });
});

async function wordsOf(page: string, language: 'vi' | 'en'): Promise<object> {
  if (page === 'the card') return cardWords(language);
  const module = (await import(`./${page}${language}.js`)) as Record<string, object>;
  const [words] = Object.values(module);
  return words!;
}

/** Every text by its key, `outcomes.no-answer`; what a function makes of one thing, of several and of none. */
function textsOf(words: object, prefix = ''): Map<string, string[]> {
  const texts = new Map<string, string[]>();
  for (const [name, value] of Object.entries(words) as [string, unknown][]) {
    const key = `${prefix}${name}`;
    if (typeof value === 'string') texts.set(key, [value]);
    else if (typeof value === 'function')
      texts.set(
        key,
        [[1, 1, 1, 1], [17, 19, 4, 2], [0, 0, 0, 0], [null]].map((given) => String(value(...given))),
      );
    else for (const [inner, found] of textsOf(value as object, `${key}.`)) texts.set(inner, found);
  }
  return texts;
}
