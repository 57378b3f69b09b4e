import type { CallView, CloseReason } from '@pitel-event-bridge/client';
import { effect, signal } from '@preact/signals';
import { scope } from '../state/access.js';

/**
 * What happened to the cards on the page, the newest first. The next user to sign in sees it only if the token shows the same calls and
 * the user before did not sign out.
 */
export interface Happening {
  readonly key: number;
  readonly at: number;
  readonly kind: 'opened' | 'answered' | 'closed';
  readonly reason: CloseReason | 'transferred' | null;
  readonly call: CallView;
}

export const happenings = signal<readonly Happening[]>([]);
const MOST = 20;

effect(() => {
  void scope.value;
  happenings.value = [];
});

let noted = 0;

export function note(kind: Happening['kind'], call: CallView, reason: Happening['reason'] = null): void {
  noted += 1;
  happenings.value = [{ key: noted, at: Date.now(), kind, reason, call }, ...happenings.value].slice(0, MOST);
}
