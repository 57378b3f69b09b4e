import type { ExtensionOwner, MonitorAnswer, ObservedQueueEntry } from '../model/observation.js';
import type { TenantState } from '../model/call.js';
import { nameForm } from '../model/name-form.js';

/**
 * Which extension an agent that a queue row names is at. The row's name (`agent_101`, a uuid) need not be one that the
 * monitor shows (`agent101`), so the answers teach it: the leg that talks when the entry becomes Answered is the agent's.
 */
export type Agents = TenantState['agents'];

/** The names that a queue row gives its agent; none where it names a way to ring, such as `ring-all`. */
export function agentNamesOf({ agentId, agentName }: ObservedQueueEntry): readonly string[] {
  return [agentName, agentId].flatMap((name) =>
    name === null || WAY_TO_RING.test(name) ? [] : [nameForm(name)],
  );
}

const WAY_TO_RING = /^ring-(all|progressively)$/i;

/** Whether a row that shows whose an extension is shows one of these names. */
export function isNamed(owner: ExtensionOwner, names: readonly string[]): boolean {
  if (names.length === 0) return false;
  const own = [owner.agentName, owner.username, owner.userId, owner.extensionId];
  return own.some((name) => name !== null && names.includes(nameForm(name)));
}

/** The extension of the agent, as learnt; undefined if nothing is known of these names. */
export function extensionOf(names: readonly string[], agents: Agents): string | undefined {
  for (const name of names) {
    const extension = agents.get(name);
    if (extension !== undefined) return extension;
  }
  return undefined;
}

/** The extensions of which a monitor answer shows a name, by that name. */
type NamedExtensions = ReadonlyMap<string, ReadonlySet<string>>;

/** Passes over the whole answer, so that any number of names can be looked up in it. */
export function namedExtensions({
  rows,
  idleExtensions,
}: Pick<MonitorAnswer, 'rows' | 'idleExtensions'>): NamedExtensions {
  const named = new Map<string, Set<string>>();
  const note = ({ agentName, username, userId, extensionId }: ExtensionOwner, extension: string) => {
    for (const own of [agentName, username, userId, extensionId]) {
      if (own === null) continue;
      const name = nameForm(own);
      const extensions = named.get(name);
      if (extensions === undefined) named.set(name, new Set([extension]));
      else extensions.add(extension);
    }
  };
  for (const row of rows.values()) note(row, row.extension);
  for (const [extension, owner] of idleExtensions) note(owner, extension);
  return named;
}

/** The only extension that shows one of these names; undefined if there is none, or several. */
export function extensionNamed(names: readonly string[], named: NamedExtensions): string | undefined {
  const found = new Set<string>();
  for (const name of names) for (const extension of named.get(name) ?? []) found.add(extension);
  return found.size === 1 ? [...found][0] : undefined;
}

/** Far more agents than a tenant has: names that are used no more make room. */
const MAX_NAMES = 5_000;

/** The names of an agent, and the extension at which they were found. */
export interface FoundAgent {
  readonly names: readonly string[];
  readonly extension: string;
}

/** Returns the agents with those that were found; the same object if all of that is known already. */
export function withAgents(agents: Agents, found: Iterable<FoundAgent>): Agents {
  let learnt: Map<string, string> | null = null;
  for (const { names, extension } of found) {
    const known = learnt ?? agents;
    if (names.every((name) => known.get(name) === extension)) continue;
    // Copied once, however many answers one poll shows.
    learnt ??= new Map(agents);
    for (const name of names) {
      learnt.delete(name);
      learnt.set(name, extension);
    }
  }
  if (learnt === null) return agents;
  for (const name of learnt.keys()) {
    if (learnt.size <= MAX_NAMES) break;
    learnt.delete(name);
  }
  return learnt;
}
