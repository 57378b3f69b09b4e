import type { Registration, Registrations } from '../model/call.js';
import type { Changed } from '../model/delta.js';
import { observedIn, windowBetween } from '../parts/window.js';
import { observedView, type Transition } from '../model/event.js';
import type { RegistrationAnswer } from '../model/observation.js';

/**
 * Whether watched extensions are registered, as a table:
 *
 *   known          the answer says the same    the answer says the opposite                           not found
 *   (nothing)      known from now on: a baseline, nothing is said                                      (nothing)
 *   registered     checked                     `extension-unregistered`                               forgotten
 *   unregistered   checked                     `extension-registered`                                 forgotten
 *
 * A failed question is no answer: what is known stays, and its age tells. Answers older than what is known are dropped;
 * what is known from a time that is far from come is older all the same: the clock has been set back.
 *
 * @param known is brought up to date
 * @param transitions gets what there is to say
 * @returns those that were answered for or are forgotten, as they are known now
 */
export function observeRegistrations(
  known: Map<string, Registration>,
  answers: readonly RegistrationAnswer[],
  transitions: Transition[],
): Changed<Registration> {
  const changes = new Map<string, Registration | null>();
  const forget = ({ extension }: Registration) => {
    known.delete(extension);
    changes.set(extension, null);
  };
  for (const answer of answers) {
    const before = findRegistration(known, answer.id);
    if (before !== undefined) changes.set(before.extension, before);
    if (before !== undefined && isOlder(answer, before)) continue;
    if (answer.outcome === 'not-found') {
      if (before !== undefined) forget(before);
      continue;
    }
    const { extension } = answer;
    const last = known.get(extension);
    const now = checked(last, answer);
    known.set(extension, now);
    changes.set(extension, now);
    if (last !== undefined && last.registered !== answer.registered) transitions.push(changed(last, answer));
  }
  const newest = Math.max(...answers.map(({ at }) => at));
  for (const registration of known.values())
    if (newest - registration.checked.at > FORGOTTEN_MS) forget(registration);
  return changes;
}

/** By number or uuid. */
export function findRegistration(registrations: Registrations, id: string): Registration | undefined {
  const byNumber = registrations.get(id);
  if (byNumber !== undefined) return byNumber;
  for (const registration of registrations.values())
    if (registration.extensionId !== null && isSameUuid(registration.extensionId, id)) return registration;
  return undefined;
}

function isOlder({ startedAt, at }: RegistrationAnswer, { checked }: Registration): boolean {
  return startedAt < checked.startedAt && checked.startedAt - at < OUT_OF_ORDER_MS;
}

type Found = Extract<RegistrationAnswer, { outcome: 'found' }>;

function checked(last: Registration | undefined, answer: Found): Registration {
  const { id, extension, registered, startedAt, at } = answer;
  return {
    extension,
    extensionId: id === extension ? (last?.extensionId ?? null) : id,
    registered,
    since: last?.registered === registered ? last.since : at,
    checked: { startedAt, at },
  };
}

function changed(last: Registration, { extension, registered, at }: Found): Transition {
  return {
    type: registered ? 'extension-registered' : 'extension-unregistered',
    subject: extension,
    // What it was, and since when: told again after a loss of the log's tail, it is the same change.
    discriminator: String(last.since),
    time: at,
    data: {
      extension,
      registered,
      observed: observedView(observedIn(windowBetween(last.checked.startedAt, at), 'observed')),
    },
  };
}

function isSameUuid(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** No two answers come out of order by more: a question times out long before. */
const OUT_OF_ORDER_MS = 60_000;

/** Nobody watches it any more: longer than any interval between two questions. */
const FORGOTTEN_MS = 2 * 86_400_000;
