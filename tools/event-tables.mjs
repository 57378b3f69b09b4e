/** Writes the core's rule tables into docs/events.md. They must be compiled: npm run docs:tables */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { withRuleTables } from '../dist/src/docs/rule-tables.js';

const file = fileURLToPath(new URL('../docs/events.md', import.meta.url));
writeFileSync(file, withRuleTables(readFileSync(file, 'utf8')));
