import { readFileSync } from 'node:fs';
import { ROOT } from '../support/root.js';

const TEXT = readFileSync(new URL('docs/webhooks.md', ROOT), 'utf8');

/** The code blocks of docs/webhooks.md in that language, in their order. */
export function blocksOf(language: string): string[] {
  return [...TEXT.matchAll(/^ *```(\S+)\n([^]*?)^ *```$/gm)]
    .filter((block) => block[1] === language)
    .map((block) => block[2]!);
}

/** The first column of the table in that section. */
export function namesUnder(heading: string): string[] {
  return [...sectionOf(heading).matchAll(/^\| `([^|`]*)` \|/gm)].map(([, name]) => name!);
}

export function sectionOf(heading: string): string {
  const section = TEXT.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`docs/webhooks.md has no section ${heading}`);
  return section;
}
