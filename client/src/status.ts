import type { Endpoint, RefusalCode, SourceEntry } from './contract.js';

/**
 * Whether what is shown is current.
 *
 *   connecting   nothing is known yet
 *   live         connected, and the PBX is being watched
 *   stale        what is known was true and may not be any more: `disconnected` (reconnecting by itself), `no-token`
 *                (the token callback failed; asked again by itself), `source-down` (the bridge cannot see the PBX)
 *   refused      turned away with a code; tried again, but seldom, because a person has to change something
 *   closed       by `close()`, for good
 */
export type BridgeStatus =
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
export function statusOf(link: Link, known: boolean, sources: Iterable<SourceEntry>): BridgeStatus {
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
