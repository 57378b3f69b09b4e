/** What a consumer must do. A failure is named after the rule that was broken; `where` is the place in docs. */
export interface Rule {
  readonly name: string;
  readonly promise: string;
  readonly where: string;
}

const EVENTS = 'docs/events.md';

export const RULES = {
  protocol: rule(
    'protocol',
    'each line is one that docs/conformance.md describes',
    'docs/conformance.md, Lines',
  ),
  resume: rule(
    'resume',
    'a new connection goes on from the newest cursor: the bridge then sends exactly the events after it',
    `${EVENTS}, Transports`,
  ),
  once: rule(
    'once',
    'an event that is announced twice has the same id twice, and is handled once',
    `${EVENTS}, What an event carries: Once`,
  ),
  invented: rule('invented', 'only what the bridge has sent as a whole is handled', `${EVENTS}, Transports`),
  order: rule(
    'order',
    'the events of a call are handled in the order of the log',
    `${EVENTS}, The life of a call`,
  ),
  saveAfterHandling: rule(
    'save-after-handling',
    'a cursor is saved once every event up to it is handled, and the newest one is saved: a crash repeats events, it never loses them',
    'client/README.md, What is promised',
  ),
  resetReplaces: rule(
    'reset-replaces',
    'after a reset the snapshot replaces everything that was known',
    `${EVENTS}, Transports`,
  ),
  neverBack: rule(
    'never-back',
    'events up to a snapshot are handled, but do not change the state back to what it was before',
    'client/README.md, What is promised',
  ),
  ends: rule('ends', 'a call is over at its call-ended, and not before', `${EVENTS}, The life of a call`),
  ignoresTheUnknown: rule(
    'ignores-the-unknown',
    'event types and fields that are not known are ignored, and the cursor moves past them',
    `${EVENTS}, What an event carries: Growing`,
  ),
  gapsAreNoLoss: rule(
    'gaps-are-no-loss',
    'a gap of the sequence on a connection is no sign of loss',
    `${EVENTS}, Where the contract left it open, 4`,
  ),
  epochGoesOn: rule(
    'epoch-goes-on',
    'without a reset an event of another epoch is the next one: cursors compare within an epoch only',
    `${EVENTS}, Where the contract left it open, 9`,
  ),
  wholeEvents: rule(
    'whole-events',
    'an event that has not arrived as a whole has not arrived: its cursor does not count either',
    'docs/conformance.md, Lines',
  ),
  acknowledgeAfterHandling: rule(
    'acknowledge-after-handling',
    'a delivery is acknowledged once its event is handled, also one that is a repeat or of an unknown type',
    'docs/consumers.md, Receive webhooks',
  ),
  overtaking: rule(
    'overtaking',
    'events of different calls may overtake each other, and a call’s first may be any',
    'docs/consumers.md, Receive webhooks',
  ),
  together: rule('together', 'all rules hold in any mixture', 'docs/conformance.md, Drawn histories'),
} as const satisfies Readonly<Record<string, Rule>>;

function rule(name: string, promise: string, where: string): Rule {
  return { name, promise, where };
}
