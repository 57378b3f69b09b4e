import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Cluster, Redis } from 'ioredis';
import { installed } from '../../base/installed.js';

/**
 * The Lua scripts in `lua/`, whose names end in their number of keys, or in `n` where it is the caller's. A line `-- include NAME` stands for the file of that
 * name.
 *
 * Guarantee: a server that does not know a script (restarted, another node, SCRIPT FLUSH in between) costs one more
 * round trip and nothing else. ioredis' own `defineCommand` gives up after a second flush.
 */
export interface Script {
  readonly source: string;
  readonly sha: string;
  /** Null: any number. */
  readonly keys: number | null;
}

const NAMES = [
  'claim-4',
  'commit-n',
  'touch-1',
  'attempt-1',
  'ask-1',
  'read-2',
  'register-1',
  'trim-1',
  'renew-3',
  'leave-3',
  'turn-1',
  'webhook-claim-1',
  'webhook-save-2',
  'webhook-keep-1',
  'webhook-kept-1',
  'history-page-2',
  'history-forget-2',
  'history-trim-3',
] as const;
export type ScriptName = (typeof NAMES)[number];
export type Scripts = Readonly<Record<ScriptName, Script>>;

/** What `claim-4.lua` answers first. */
export enum ClaimCode {
  Claimed = 0,
  NewerFormat = 1,
}

/** What `commit-n.lua` answers first. */
export enum CommitCode {
  Committed = 0,
  Conflict = 1,
  Fenced = 2,
  Lost = 3,
  Moved = 4,
}

/** What `ask-1.lua` answers first. */
export enum AskCode {
  Waiting = 0,
  Answered = 1,
  Full = 2,
  Unserved = 3,
}

/** Reads the files; throws when they are not there. */
export function loadScripts(): Scripts {
  const folder = installed('src/store/redis/lua/');
  return Object.fromEntries(NAMES.map((name) => [name, load(folder, name)])) as Record<ScriptName, Script>;
}

/** Runs a script on the node that has the keys. Rejects as ioredis does. */
export async function runScript(
  client: Redis | Cluster,
  script: Script,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  if (keys.length !== (script.keys ?? keys.length))
    throw new TypeError('a script takes as many keys as its name says');
  try {
    return await client.evalsha(script.sha, keys.length, ...keys, ...args);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return await client.eval(script.source, keys.length, ...keys, ...args);
  }
}

function load(folder: string, name: ScriptName): Script {
  const read = (file: string) => readFileSync(`${folder}${file}.lua`, 'utf8');
  const source = read(name).replace(/^-- include (\S+)$/gm, (_, included: string) => read(included));
  const sha = createHash('sha1').update(source).digest('hex');
  const keys = name.split('-').at(-1);
  return { source, sha, keys: keys === 'n' ? null : Number(keys) };
}
