import { readFileSync } from 'node:fs';
import { ROOT } from '../support/root.js';

const TEXT = readFileSync(new URL('docs/tokens.md', ROOT), 'utf8');

/** The code blocks of docs/tokens.md in that language. */
export function blocksOf(language: string): string[] {
  return [...TEXT.matchAll(/^```(\S+)\n([^]*?)^```$/gm)].flatMap(([, of, code]) =>
    of === language ? [code!] : [],
  );
}

/** The only one in that language. */
export function blockOf(language: string): string {
  const blocks = blocksOf(language);
  if (blocks.length !== 1) throw new Error(`docs/tokens.md has ${blocks.length} blocks of ${language}`);
  return blocks[0]!;
}

/** The names in the first column of the table under that heading. */
export function namesUnder(heading: string): string[] {
  const section = TEXT.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`docs/tokens.md has no section ${heading}`);
  return [...section.matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, cell]) =>
    [...cell!.matchAll(/`([\w-]+)`/g)].map(([, name]) => name!),
  );
}
