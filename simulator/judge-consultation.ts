import type { TruthIndex } from './judge-match.js';
import type { Finding } from './judge-report.js';
import { goneAt, type Sight } from './judge-sight.js';
import type { CallTruth, Sighting, TransferTruth } from './truth.js';

/**
 * Transfers by consultation that no poll could show as such. events-2.md knows one by "a local call of the connected participant
 * while the customer's leg is HELD or ONCALL": where no poll showed the two legs of the transferor together, or where the
 * transferor's device signed off meanwhile, the caller looks gone, and the consulted extension seems to talk to a colleague.
 */
export class HiddenConsultations {
  /** Since when what the bridge states of a call, the caller's or the consultation, need not be true. */
  readonly #since = new Map<CallTruth, number>();

  constructor(truth: readonly CallTruth[], index: TruthIndex, sight: Sight) {
    for (const call of truth)
      for (const transfer of call.transfers) {
        const consultation = transfer.consultation === undefined ? null : index.byKey(transfer.consultation);
        if (consultation === null || transfer.leftAt === null) continue;
        const since = hiddenSince(call, consultation, transfer, sight.of(call));
        if (since === null) continue;
        // Of one that no poll showed at all, what is stated is the time of the leg that remained, in the PBX's whole seconds.
        const isShown = consultation.sightings.some((one) => sight.of(consultation).may([one], () => true));
        this.#note(call, since);
        this.#note(consultation, isShown ? since : -Infinity);
      }
  }

  #note(call: CallTruth, since: number): void {
    this.#since.set(call, Math.min(since, this.#since.get(call) ?? Infinity));
  }

  /** The leg that goes on as a call of its own began with the consultation, as the PBX says in whole seconds. */
  excuses(call: CallTruth, { at, type }: Finding): boolean {
    const earlier = type === 'call-started' ? SECOND : 0;
    return at !== null && at >= (this.#since.get(call) ?? Infinity) - earlier;
  }
}

const SECOND = 1000;

function hiddenSince(
  call: CallTruth,
  consultation: CallTruth,
  { from, at, leftAt, answeredAt }: TransferTruth,
  sight: Sight,
): number | null {
  const legsIn = ({ sightings }: CallTruth): Sighting[] =>
    sightings.filter((one) => one.endpoint === 'monitor' && one.extension === from);
  const [own, asking] = [legsIn(call), legsIn(consultation)];
  const until = (answeredAt ?? leftAt ?? Infinity) + sight.lagOf('monitor');
  const hidden = [...own, ...asking].filter(
    ({ closedBy, to }) => closedBy === 'unregistered' && to! >= at && to! <= until,
  );
  if (hidden.length > 0) return Math.min(...hidden.map(({ to }) => to!));
  const areShown = asking.some((leg) =>
    own.some((other) =>
      sight.polls('monitor').some(Math.max(leg.from, other.from), Math.min(goneAt(leg), goneAt(other))),
    ),
  );
  return areShown ? null : Math.min(at, ...own.map(goneAt).filter((gone) => gone >= at));
}
