import { type Group, isAlone, joinsCall, mergeInto, sortedBy } from './group.js';
import type { Weighed } from './weighing.js';

/** Joins the two legs of a local call, which name each other. */
export function joinLocalPairs(
  groups: readonly Group[],
  { index, weighing }: Pick<Weighed, 'index' | 'weighing'>,
): void {
  const local = groups.filter((group) => isAlone(group) && namesItsPeer(group));
  const byNames = sortedBy(local, (group) =>
    pairKey(group.legs[0]!.seen.extension, group.legs[0]!.seen.peer!),
  );
  for (const group of local) {
    if (!isAlone(group)) continue;
    const { extension, peer } = group.legs[0]!.seen;
    const calls = weighing
      .among(index.localAt(peer!))
      .filter(
        ({ legs }) =>
          legs.length === 1 && legs[0]!.seen.extension === peer && legs[0]!.seen.peer === extension,
      );
    const others = weighing.among(byNames.get(pairKey(peer!, extension)) ?? []).filter(isAlone);
    const rivals = byNames.get(pairKey(extension, peer!)) ?? [];
    if (calls.length + others.length !== 1 || rivals.length !== 1) continue;
    if (calls.length === 1) joinsCall(group, calls[0]!, 'shown');
    else mergeInto(group, others[0]!, 'shown');
  }
}

function namesItsPeer({ legs }: Group): boolean {
  const leg = legs[0]?.seen;
  return leg?.direction === 'local' && leg.peer !== null && leg.peer !== leg.extension;
}

function pairKey(extension: string, peer: string): string {
  return `${extension} ${peer}`;
}
