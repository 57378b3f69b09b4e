import { type Document, LineCounter, parseDocument } from 'yaml';
import { hasKeyTwice } from '../../base/json-keys.js';

/**
 * Parses a text in YAML 1.2 (core schema) or JSON into plain values.
 *
 * Guarantees: a problem names its line and column and never the text there, which may be a secret. A repeated key, an
 * alias and an unknown tag are problems: one of two values would be dropped silently, and aliases can expand a few
 * lines to gigabytes.
 */
export type Parsed = { readonly value: unknown } | { readonly problem: string };

export function parseDocumentText(text: string): Parsed {
  const bare = text.replace(/^\uFEFF/, '');
  return parseJson(bare) ?? parseYaml(bare);
}

/**
 * Parses JSON, since the YAML parser takes a hundred times as long. Null where the text is YAML, or the YAML parser has
 * to find the problem.
 */
function parseJson(text: string): Parsed | null {
  try {
    const value: unknown = JSON.parse(text);
    return hasKeyTwice(text, value) ? null : { value };
  } catch {
    return null;
  }
}

function parseYaml(text: string): Parsed {
  const lines = new LineCounter();
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `(line ${line}, column ${col})`;
  };
  // The parser's messages quote the text: only code and position are used. `merge` is off, so << is a plain key.
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'error',
    stringKeys: true,
  });
  const [found] = [...document.errors, ...document.warnings];
  if (found !== undefined)
    return { problem: `${WHAT[found.code] ?? 'is not valid YAML or JSON'} ${at(found.pos[0])}` };
  return valueOf(document);
}

function valueOf(document: Document.Parsed): Parsed {
  try {
    return { value: document.toJS({ maxAliasCount: 0 }) as unknown };
  } catch {
    return { problem: 'uses an alias (*name), which is not allowed: write the value out' };
  }
}

const WHAT: Readonly<Partial<Record<string, string>>> = {
  DUPLICATE_KEY: 'has a key twice',
  MULTIPLE_DOCS: 'holds more than one document',
  TAG_RESOLVE_FAILED: 'uses a tag that is not known',
  NON_STRING_KEY: 'has a key that is no text',
};
