import { readFileSync } from 'node:fs';
import { ROOT } from '../support/root.js';

/** The code blocks of docs/crm.md in a language under a heading, in order, without their indentation. */
export function crmBlocks(heading: string, language: string): string[] {
  return blocksOf('docs/crm.md', heading, language);
}

/** The first one of README's tag. */
export function readmeTag(): string {
  return blocksOf('README.md', 'One tag in your CRM', 'html')[0]!;
}

function blocksOf(file: string, heading: string, language: string): string[] {
  const text = readFileSync(new URL(file, ROOT), 'utf8');
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`${file} has no section ${heading}`);
  const blocks = [...section.matchAll(/^( *)```(\S+)\n([^]*?)^\1```$/gm)];
  return blocks
    .filter(([, , name]) => name === language)
    .map(([, indentation, , body]) => body!.replaceAll(new RegExp(`^${indentation}`, 'gm'), ''));
}
