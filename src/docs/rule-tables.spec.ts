import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { withRuleTables } from './rule-tables.js';

describe('docs/events.md', () => {
  it('prints the tables that decide; `npm run docs:tables` brings it up to date', () => {
    const document = readFileSync('docs/events.md', 'utf8');
    expect(withRuleTables(document)).toBe(document);
  });
});
