import { readdirSync, readFileSync } from 'node:fs';
import { ROOT } from '../support/root.js';
import type { PaceName } from './paces.js';
import type { Right } from './right.js';

/**
 * A case: what a PBX's answers show, step by step, and what a right bridge makes of it. One JSON file each, in a folder
 * of `test/cases`; a new file is a new test.
 *
 * A row of a step is `NAME [STATE] [field=value …]`, where NAME is one of the case's `legs` or `entries`, or an object,
 * which is answered as it is. `@S` in a time field is the PBX's clock at second S of the case, in whole seconds.
 */
export interface Case {
  readonly title: string;
  /** Extensions that the monitor lists without a call while they have no leg. */
  readonly idle: readonly string[];
  readonly legs: Readonly<Record<string, LegFields>>;
  readonly entries: Readonly<Record<string, Fields>>;
  readonly steps: readonly Step[];
  /** How far the PBX's clock is ahead of the bridge's, in seconds. */
  readonly clockAhead: number;
  /** Seconds for which the last step's answers go on. */
  readonly tail: number;
  /** The paces at which the answers show what the title says; all where this is missing. */
  readonly paces?: readonly PaceName[];
  readonly right: Right;
}

export type Fields = Readonly<Record<string, string>>;
type LegFields = Fields & { readonly extension: string };

export interface Step {
  /** How long the answers are these; a second where this is missing. */
  readonly seconds?: number;
  readonly monitor?: Rows;
  readonly queue?: Rows;
  /** In place of the case's own. */
  readonly idle?: readonly string[];
}

/** Rows; or a text, which is the whole answer as it is. */
export type Rows = string | readonly (string | object)[];

const FOLDER = new URL('test/cases/', ROOT);

/** The names of all cases, `folder/name`. */
export function caseNames(): string[] {
  const folders = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders
    .flatMap(({ name: folder }) =>
      readdirSync(new URL(`${folder}/`, FOLDER))
        .filter((file) => file.endsWith('.json'))
        .map((file) => `${folder}/${file.slice(0, -'.json'.length)}`),
    )
    .sort();
}

const DEFAULTS = { idle: [], legs: {}, entries: {}, clockAhead: 0, tail: 4 };

/** @throws Error naming the case and the row when a step names a row that the case does not have */
export function readCase(name: string): Case {
  const given = JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')) as Case;
  const read: Case = { ...DEFAULTS, ...given };
  if (read.title === undefined || read.right === undefined || !Array.isArray(read.steps))
    throw new Error(`${name}: a case has a title, steps and right`);
  read.steps.forEach((step, index) => {
    for (const [list, known] of [
      [step.monitor, read.legs],
      [step.queue, read.entries],
    ] as const) {
      for (const row of Array.isArray(list) ? list : []) {
        const [row0] = typeof row === 'string' ? row.split(' ') : [];
        if (row0 !== undefined && !Object.hasOwn(known, row0))
          throw new Error(`${name}, step ${index}: no leg or entry is called ${row0}`);
      }
    }
  });
  return read;
}

/** `NAME [STATE] [field=value …]`. */
export function cutRow(row: string): [name: string, state: string, changes: Fields] {
  const [name, ...words] = row.split(' ');
  const state = words.find((word) => !word.includes('=')) ?? '';
  const changes = words
    .filter((word) => word.includes('='))
    .map((word) => word.split('=') as [string, string]);
  return [name!, state, Object.fromEntries(changes)];
}
