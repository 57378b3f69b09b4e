/** Writes the core's rule tables into docs/events.md, and the judge's reasons into docs/judge.md: npm run docs:tables */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { withReasons } from '../dist/simulator/judge-reasons.js';
import { withRuleTables } from '../dist/src/docs/rule-tables.js';

function rewrite(page, change) {
  const file = fileURLToPath(new URL(`../docs/${page}`, import.meta.url));
  writeFileSync(file, change(readFileSync(file, 'utf8')));
}

rewrite('events.md', withRuleTables);
rewrite('judge.md', withReasons);
