import { CALLBACK_STEPS } from '../core/callbacks/callback-rules.js';
import { ALIKE } from '../core/correlate/alike-rules.js';
import { CONSULTATION } from '../core/correlate/consultation-rules.js';
import { CONTINUES, ENTRY_RINGS, RINGS_TOGETHER } from '../core/correlate/evidence-rules.js';
import { VISIT_ENDS } from '../core/day/visit-rules.js';
import { CALL_ENDS } from '../core/life/ending-rules.js';
import { OFFER_ENDS } from '../core/life/offer-rules.js';
import { CALL_OUTCOMES } from '../core/life/outcome-rules.js';
import { WHOSE_DIRECTION } from '../core/observe/direction-evidence.js';
import { ENTRY_ABSENCE, KNOWN_ENTRY, KNOWN_LEG, LEG_UNLISTED } from '../core/parts/absence-rules.js';
import { THRESHOLD_STEPS } from '../core/queues/threshold-rules.js';
import { SOURCE_STATES } from '../core/observe/sources.js';
import { PART_LACKS } from '../core/parts/partial-absence.js';
import type { FactsOf, RuleTable } from '../core/parts/rule-table.js';

/** The core's rule tables as Markdown, and where docs/events.md holds them. `npm run docs:tables` writes them there. */

const BEGIN = '<!-- tables: written by `npm run docs:tables` -->';
const END = '<!-- end of tables -->';

const FOLDED = '<details><summary>What never occurs together</summary>';

/** The document with the tables as they are now. */
export function withRuleTables(document: string): string {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`the document has no "${BEGIN}" and "${END}" after it`);
  return `${document.slice(0, begin + BEGIN.length)}\n\n${ruleTables()}\n${document.slice(end)}`;
}

function ruleTables(): string {
  return [
    sectionOf(SOURCE_STATES),
    sectionOf(ENTRY_RINGS),
    sectionOf(RINGS_TOGETHER),
    sectionOf(ALIKE),
    sectionOf(CONTINUES),
    sectionOf(CONSULTATION),
    sectionOf(CALL_OUTCOMES),
    sectionOf(CALL_ENDS),
    sectionOf(OFFER_ENDS),
    sectionOf(KNOWN_LEG),
    sectionOf(PART_LACKS),
    sectionOf(LEG_UNLISTED),
    sectionOf(KNOWN_ENTRY),
    sectionOf(ENTRY_ABSENCE),
    sectionOf(WHOSE_DIRECTION),
    sectionOf(THRESHOLD_STEPS),
    sectionOf(CALLBACK_STEPS),
    sectionOf(VISIT_ENDS),
  ].join('\n');
}

function sectionOf<Facts extends FactsOf<Facts>, Outcome>({ definition }: RuleTable<Facts, Outcome>): string {
  const { title, facts, outcome, rows, impossible } = definition;
  const names = Object.keys(facts) as (keyof Facts)[];
  const valueOf = (name: keyof Facts, when: Partial<Facts>) => {
    const value = when[name];
    return value === undefined ? '' : facts[name].values[`${value}`];
  };
  const table = [
    [...names.map((name) => facts[name].heading), ...Object.keys(outcome), 'because'],
    [...names, ...Object.keys(outcome), ''].map(() => '---'),
    ...rows.map(({ when, then, why }) => [
      ...names.map((name) => valueOf(name, when)),
      ...Object.values(outcome).map((cell) => cell(then)),
      why,
    ]),
  ];
  const meanings = names.map((name) => `- *${facts[name].heading}*: ${facts[name].meaning}`);
  const never = impossible.map(({ when, why }) => {
    const named = names.filter((name) => when[name] !== undefined);
    return `- ${named.map((name) => `*${facts[name].heading}* ${valueOf(name, when)}`).join(', ')}: ${why}`;
  });
  return [
    `### ${title}`,
    '',
    ...table.map((cells) => `|${cells.map((cell) => (cell === '' ? ' |' : ` ${cell} |`)).join('')}`),
    '',
    ...meanings,
    '',
    ...(never.length === 0 ? [] : [`${FOLDED}\n`, ...never, '', '</details>', '']),
  ].join('\n');
}
