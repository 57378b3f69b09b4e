import { refusedIn } from '../../test/support/vietnamese.js';
import { asyncApiDocument } from './asyncapi.js';
import { buildExamples } from './examples.js';
import { openApiDocument } from './openapi.js';
import { docsPage } from './page.js';
import { ENGLISH_BELOW, OWN_WORDS, own, ownLabel } from './words.js';

const codeIn = (text: string) => new Set([...text.matchAll(/`[^`]+`|\{\w+\}/g)].map(([code]) => code));

describe('The page’s own words', () => {
  it.each(Object.entries(OWN_WORDS))(
    '%s are Vietnamese too, with the same code in them',
    (_name, { en, vi }) => {
      expect(refusedIn(vi)).toEqual([]);
      expect(vi).not.toBe(en);
      expect(codeIn(vi)).toEqual(codeIn(en));
    },
  );

  it('say to Vietnamese readers what is English', () => {
    expect(refusedIn(ENGLISH_BELOW)).toEqual([]);
    expect(ENGLISH_BELOW).toContain('tiếng Anh');
  });

  it('carry the other language for the script, escaped, with what is put in', () => {
    expect(own('version', { version: '1.2' }).text).toBe(
      '<span data-vi="phiên bản API 1.2">API version 1.2</span>',
    );
    expect(own('ruleCursor').text).toContain('&lt;epoch&gt;');
    expect(own('ruleCursor').text).not.toContain('<epoch>');
    expect(ownLabel('contents').text).toBe(' aria-label="Contents" data-vi-label="Mục lục"');
  });
});

describe('The page in Vietnamese', () => {
  const examples = buildExamples();
  const page = docsPage(openApiDocument(examples, null), asyncApiDocument(examples, null), {
    publicUrl: null,
    client: {
      version: '0.1.0',
      module: { file: 'a.js', integrity: 'sha384-a' },
      classic: { file: 'b.js', integrity: 'sha384-b' },
    },
  });
  /** The same in every language. */
  const NAMES = /^(?:HTTP|Redis|Socket\.IO|, [a-z]+\/[\w+.-]+)?$/;

  it('leaves no menu, heading, caption, head of a table or button in English, but for names and code', () => {
    const menu = /<nav class="pages"[^]*?<\/nav>/.exec(page)![0];
    const texts = [
      ...page.matchAll(/<(h2|figcaption|summary|option|th(?= scope="col"))\b([^>]*)>([^]*?)<\/\1>/g),
      ...menu.matchAll(/<(a)\b([^>]*)>([^]*?)<\/a>/g),
    ];
    expect(texts.length).toBeGreaterThan(200);
    const english = texts
      .filter(([, , attributes]) => !attributes!.includes(' data-vi='))
      .map(([, , , inner]) =>
        inner!
          .replace(/<(\w+)[^>]* data-vi="[^"]*"[^>]*>[^]*?<\/\1>/g, '')
          .replace(/<code>[^]*?<\/code>/g, '')
          .trim(),
      )
      .filter((text) => !NAMES.test(text));
    expect(english).toEqual([]);
  });

  it('has a label in both languages wherever it has one', () => {
    const labels = [...page.matchAll(/<[^>]* aria-label="[^"]*"[^>]*>/g)].map(([tag]) => tag);
    expect(labels.length).toBeGreaterThan(1);
    expect(labels.filter((tag) => !tag.includes(' data-vi-label="'))).toEqual([]);
  });
});
