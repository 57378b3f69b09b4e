import type { CallView, CloseReason, Pop } from '@pitel-event-bridge/client';
import { effect, signal } from '@preact/signals';
import { scope } from '../state/access.js';

/**
 * The cards on the page, and what happened to them; in a CRM they would be the customer's page. The next user to sign in
 * sees them only if the token shows the same calls and the user before did not sign out.
 */
export interface Card {
  readonly call: CallView;
  readonly pop: Pop;
  readonly isAnswered: boolean;
}

export interface Happening {
  readonly key: number;
  readonly at: number;
  readonly kind: 'opened' | 'answered' | 'closed' | 'elsewhere';
  readonly reason: CloseReason | null;
  readonly call: CallView;
}

export const cards = signal<readonly Card[]>([]);
/** Newest first. */
export const happenings = signal<readonly Happening[]>([]);
const MOST = 20;

effect(() => {
  void scope.value;
  cards.value = [];
  happenings.value = [];
});

export function openCard(call: CallView, pop: Pop): void {
  cards.value = [...others(call), { call, pop, isAnswered: false }];
  note('opened', call);
}

export function markAnswered(call: CallView): void {
  cards.value = cards.value.map((card) =>
    card.call.callId === call.callId ? { ...card, call, isAnswered: true } : card,
  );
  note('answered', call);
}

export function closeCard(reason: CloseReason, call: CallView): void {
  cards.value = others(call);
  note('closed', call, reason);
}

export function openElsewhere(call: CallView): void {
  note('elsewhere', call);
}

export function dismissCard({ call, pop }: Card): void {
  pop.dismiss();
  cards.value = others(call);
}

export function clearCards(): void {
  cards.value = [];
}

function others({ callId }: CallView): readonly Card[] {
  return cards.value.filter((card) => card.call.callId !== callId);
}

let noted = 0;

function note(kind: Happening['kind'], call: CallView, reason: CloseReason | null = null): void {
  noted += 1;
  happenings.value = [{ key: noted, at: Date.now(), kind, reason, call }, ...happenings.value].slice(0, MOST);
}
