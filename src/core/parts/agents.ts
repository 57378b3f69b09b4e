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

/** The only extension of which a row of the answer shows one of these names; undefined if there is none, or several. */
export function extensionInAnswer(
  names: readonly string[],
  { rows, idleExtensions }: Pick<MonitorAnswer, 'rows' | 'idleExtensions'>,
): string | undefined {
  const found = new Set<string>();
  for (const row of rows.values()) if (isNamed(row, names)) found.add(row.extension);
  for (const [extension, owner] of idleExtensions) if (isNamed(owner, names)) found.add(extension);
  return found.size === 1 ? [...found][0] : undefined;
}

/** Far more agents than a tenant has: names that are used no more make room. */
const MAX_NAMES = 5_000;

/** Returns the agents with these names at this extension; the same object if that is known already. */
export function withAgent(agents: Agents, names: readonly string[], extension: string): Agents {
  if (names.every((name) => agents.get(name) === extension)) return agents;
  const learnt = new Map(agents);
  for (const name of names) {
    learnt.delete(name);
    learnt.set(name, extension);
  }
  for (const name of learnt.keys()) {
    if (learnt.size <= MAX_NAMES) break;
    learnt.delete(name);
  }
  return learnt;
}
