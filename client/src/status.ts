import type { Endpoint, RefusalCode, SourceEntry } from './contract.js';
import type { Problem } from './problem.js';

/**
 * Whether what is shown is current.
 *
 *   connecting   nothing is known yet
 *   live         connected, and the PBX is being watched
 *   stale        what is known was true and may not be any more: `disconnected` (reconnecting by itself), `no-token`
 *                (the token callback failed; asked again by itself), `source-down` (the bridge cannot see the PBX)
 *   refused      turned away with a code; tried again, but seldom, because a person has to change something
 *   closed       by `close()`, for good
 *
 * `problem` says what is in the way and what to do, where that is known; with `live` it is a remark, and nothing is lost.
 */
export type BridgeStatus = Standing & { readonly problem?: Problem };

type Standing =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  | { readonly state: 'stale'; readonly reason: 'disconnected' | 'no-token' }
  | { readonly state: 'stale'; readonly reason: 'source-down'; readonly sources: readonly Endpoint[] }
  | { readonly state: 'refused'; readonly code: RefusalCode | (string & {}) }
  | { readonly state: 'closed' };

/** The state of the connection to the bridge. */
export type Link =
  | { readonly kind: 'connecting' | 'live' | 'lost' | 'no-token' | 'closed' }
  | { readonly kind: 'refused'; readonly code: string };

/** `known`: there has been a snapshot, and the map and the sources show it. */
export function statusOf(
  link: Link,
  known: boolean,
  sources: Iterable<SourceEntry>,
  problem: Problem | null,
): BridgeStatus {
  const standing = standingOf(link, known, sources);
  return problem === null ? standing : { ...standing, problem };
}

function standingOf(link: Link, known: boolean, sources: Iterable<SourceEntry>): Standing {
  switch (link.kind) {
    case 'closed':
      return { state: 'closed' };
    case 'refused':
      return { state: 'refused', code: link.code };
    case 'no-token':
      return { state: 'stale', reason: 'no-token' };
    case 'live': {
      if (!known) return { state: 'connecting' };
      const down = [...sources].filter(({ state }) => state === 'down').map(({ endpoint }) => endpoint);
      return down.length === 0 ? { state: 'live' } : { state: 'stale', reason: 'source-down', sources: down };
    }
    case 'connecting':
    case 'lost':
      return known ? { state: 'stale', reason: 'disconnected' } : { state: 'connecting' };
  }
}
