import { DURATIONS } from './judge-durations.js';
import { FACTS } from './judge-facts.js';
import { OUTCOME } from './judge-outcome.js';
import { PEOPLE } from './judge-people.js';
import { STALE } from './judge-stale.js';
import type { Rule } from './judge-statement.js';
import { WINDOWS } from './judge-window.js';

/** What is compared in each event, by field. */
const RULES = { ...FACTS, ...PEOPLE, ...DURATIONS, ...WINDOWS, ...OUTCOME, ...STALE } satisfies Readonly<
  Record<string, Rule>
>;

export const RULE_LIST: readonly (readonly [name: string, rule: Rule])[] = Object.entries(RULES);

/** Those that hold for a call however its rows are divided between two `callId`s. */
export const HOLDS_FOR_PARTS: ReadonlySet<string> = new Set(Object.keys(FACTS));
