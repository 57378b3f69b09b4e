import { parseArgs } from 'node:util';
import { DIRECTION_SETTINGS, type Policy } from '../core/model/call.js';

/** The arguments of `npm run replay`. */
export interface ReplayArguments {
  readonly files: readonly string[];
  readonly tenant: string | undefined;
  readonly policy: Partial<Policy>;
  readonly json: boolean;
  /** Where to write the replayed polls and their events, as a test's fixture. */
  readonly fixture: string | undefined;
  /** Milliseconds since the Unix epoch; both included. */
  readonly from: number;
  readonly to: number;
}

export type Parsed =
  | { readonly ok: true; readonly value: ReplayArguments | 'help' }
  | { readonly ok: false; readonly problem: string };

export const HELP = `npm run replay -- FILE... [options]

Feeds captured answers of the PBX through the bridge's own code and prints the events, in the order of the files.

  --tenant ID         only this tenant
  --policy NAME=VALUE decide by another rule than the capture was made under; may be repeated:
                      absencePolls, abandonedLookbackMs, sourceDownAfter,
                      monitorLagMs, unlistedHoldMs, staleEntryMs, direction
  --from, --to TIME   only polls in this time, such as 2026-11-23T08:15:00Z
  --json              events as NDJSON
  --fixture PATH      write what was replayed to PATH.ndjson and its events to PATH.events.ndjson

The exit code is 1 when a line could not be read. docs/capture.md says more.
`;

const NUMBERS = [
  'absencePolls',
  'abandonedLookbackMs',
  'sourceDownAfter',
  'monitorLagMs',
  'unlistedHoldMs',
  'staleEntryMs',
] as const;

export function readArguments(args: readonly string[]): Parsed {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        tenant: { type: 'string' },
        policy: { type: 'string', multiple: true, default: [] },
        json: { type: 'boolean', default: false },
        fixture: { type: 'string' },
        from: { type: 'string' },
        to: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    return { ok: false, problem: (error as Error).message };
  }
  const { values, positionals: files } = parsed;
  if (values.help) return { ok: true, value: 'help' };
  if (files.length === 0) return { ok: false, problem: 'which file? npm run replay -- FILE...' };
  const policy = readPolicy(values.policy);
  if (typeof policy === 'string') return { ok: false, problem: policy };
  const from = values.from === undefined ? -Infinity : Date.parse(values.from);
  const to = values.to === undefined ? Infinity : Date.parse(values.to);
  for (const [name, instant] of Object.entries({ from, to })) {
    if (Number.isNaN(instant))
      return { ok: false, problem: `--${name}: must be a time such as 2026-11-23T08:15:00Z` };
  }
  const { tenant, json, fixture } = values;
  return { ok: true, value: { files, tenant, policy, json, fixture, from, to } };
}

/** The policy, or what is wrong with it. */
function readPolicy(settings: readonly string[]): Partial<Policy> | string {
  const policy: { -readonly [Name in keyof Policy]?: Policy[Name] } = {};
  for (const setting of settings.flatMap((list) => list.split(','))) {
    const [name, value = ''] = setting.split('=', 2);
    if (name === 'direction') {
      const direction = DIRECTION_SETTINGS.find((candidate) => candidate === value);
      if (direction === undefined) return `--policy: direction must be ${DIRECTION_SETTINGS.join(', ')}`;
      policy.direction = direction;
      continue;
    }
    const known = NUMBERS.find((candidate) => candidate === name);
    if (known === undefined) return `--policy: ${name} is none of ${[...NUMBERS, 'direction'].join(', ')}`;
    const least = known.endsWith('Ms') ? 0 : 1;
    if (!/^\d{1,9}$/.test(value) || Number(value) < least)
      return `--policy: ${known} must be a whole number from ${least} on`;
    policy[known] = Number(value);
  }
  return policy;
}
