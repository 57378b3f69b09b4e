import type { Registration, Registrations } from '../model/call.js';
import type { Changed } from '../model/delta.js';
import { observedIn, windowBetween } from '../parts/window.js';
import { observedView, type Transition } from '../model/event.js';
import type { RegistrationAnswer } from '../model/observation.js';

/**
 * Keeps what is known of the registrations of watched extensions, by this table:
 *
 *   known          same answer                 opposite answer                                        not found
 *   (nothing)      a baseline: known from now on, no event is emitted                                  (nothing)
 *   registered     checked                     `extension-unregistered`                               forgotten
 *   unregistered   checked                     `extension-registered`                                 forgotten
 *
 * A failed request gives no answer and changes nothing; the time of the last check shows how old the knowledge is. An
 * answer that is older than what is known is dropped. If what is known lies far in the future, the clock has been set
 * back, and the answer counts as newer.
 *
 * @param known is brought up to date
 * @param transitions receives the changes
 * @returns every registration that an answer named or that is forgotten, with its present value
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

/** Finds the registration of an extension by its number or uuid. */
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
    // Since when the extension was in its old state: if the end of the log is lost and the change is announced again, it
    // has the same id.
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

/** Two answers are never out of order by more than this: a request times out long before. */
const OUT_OF_ORDER_MS = 60_000;

/** An extension without an answer for so long is not watched any more: the interval between two requests is shorter. */
const FORGOTTEN_MS = 2 * 86_400_000;
