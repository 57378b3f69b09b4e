import type { CallView, PhoneNumber } from '@pitel-event-bridge/client';
import { type Participant, sidesOf } from '../data/participants.js';
import { words } from '../i18n/i18n.js';

/** The customer's number as people read it. */
export function customerText({ customer }: { readonly customer: PhoneNumber | null }): string {
  const said = words();
  const raw = customer?.raw ?? '';
  if (raw === '') return said.noNumber;
  if (raw.toLowerCase() === 'anonymous') return said.anonymous;
  return customer?.national ?? customer?.e164 ?? raw;
}

/** Whom a call is with: the customer, and of a local call both of its sides. */
export function callText(call: CallView): string {
  if (call.direction !== 'local') return customerText(call);
  const sides = sidesOf(call);
  return sides.length === 0 ? words().noNumber : sides.map(participantText).join(' → ');
}

/** `107 Nguyễn Lan` */
export function participantText({ extension, agentName }: Participant): string {
  return agentName === null ? extension : `${extension} ${agentName}`;
}
