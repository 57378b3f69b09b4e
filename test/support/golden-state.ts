import type { Call, EndedCall, TenantState } from '../../src/core/model/call.js';
import { GOLDEN_STATE_1, polled } from './golden-state-1.js';
import { leg, legPart, number, T0 } from './history.js';

/**
 * The state in the golden file of the newest format, in the domain's words: that of format 1, and every value that format 2
 * added.
 */

const was = GOLDEN_STATE_1.calls;
const bracket = { after: polled(1).startedAt, by: polled(2).at };
const lastLeg = { extension: '112', customer: '+84914000006', startedAt: T0 + 1_000, goneAt: polled(4).at };

/** A ring-all queue rings two extensions; one of them is rung by guesswork, and its answer was elsewhere's. */
const ringing: Call = {
  ...was.get('call-ringing')!,
  legs: was.get('call-ringing')!.legs.map((known, index) => ({
    ...known,
    ...(index === 1 && { joined: 'inferred' }),
    firstSeen: polled(1).at,
    since: bracket,
  })),
  entry: { ...was.get('call-ringing')!.entry!, rang: 'unnamed' },
  participants: was
    .get('call-ringing')!
    .participants.map((known, index) => (index === 1 ? { ...known, elsewhere: true } : known)),
};

/** A supervisor listens to the conversation, which a row of the queue shows. */
const answered: Call = {
  ...was.get('call-answered')!,
  legs: [
    ...was.get('call-answered')!.legs,
    legPart({
      seen: leg({ ext: '120', callId: 'leg-listens', signal: 'answered', ownCustomer: true }),
      state: 'answered',
      joined: 'listens',
      firstSeen: polled(3).at,
      since: { after: polled(2).startedAt, by: polled(3).at },
    }),
  ],
  entry: { ...was.get('call-answered')!.entry!, rang: 'named', changedAt: T0 + 2_000 },
  participants: was
    .get('call-answered')!
    .participants.map((known) => ({ ...known, username: 'user-109', userId: 'id-109' })),
};

/** A row without a leg: the agent on it has gone. */
const waiting: Call = {
  ...was.get('call-waiting')!,
  entry: { ...was.get('call-waiting')!.entry!, quiet: bracket },
};

/** The connected participant consulted another extension and left the caller to it, who hears it ring. */
const transferred: Call = {
  ...was.get('leg-x1')!,
  pbxStartedAt: null,
  legs: [],
  consultation: { callId: 'leg-local', went: bracket },
  lastLegs: [lastLeg],
};

/** The customer of a click-to-call has not answered. */
const clickToCall: Call = {
  ...was.get('leg-local')!,
  callId: 'leg-click',
  upstreamIds: ['leg-click'],
  direction: 'outbound',
  customer: number('0914000008'),
  legs: [
    legPart({
      seen: leg({
        ext: '130',
        callId: 'leg-click',
        direction: 'outbound',
        customer: number('0914000008'),
        dialled: '0914000008',
        ringWait: true,
      }),
      waited: true,
    }),
  ],
  pendingAbsence: false,
};

const calls = byId([
  ...[...was.values()].filter(
    ({ callId }) => !['leg-x1', 'call-waiting', 'call-ringing', 'call-answered'].includes(callId),
  ),
  ringing,
  answered,
  waiting,
  transferred,
  clickToCall,
]);

/** Its row was stale; a leg of it was still there. */
const stale: EndedCall = {
  callId: 'call-stale',
  upstreamIds: ['call-stale'],
  entries: [`sales|0914000010|${T0}|0`],
  rows: [`sales|0914000010|${T0}`],
  endedAt: T0 + 4_000,
  lingering: ['112|leg-lingers'],
  lastLegs: [lastLeg],
};

const ended = new Map([...GOLDEN_STATE_1.ended, [stale.callId, stale] as const]);

export const GOLDEN_STATE: TenantState = {
  ...GOLDEN_STATE_1,
  sources: {
    monitor: {
      ...GOLDEN_STATE_1.sources.monitor,
      status: 'degraded',
      since: polled(6).at,
      incomplete: {
        since: polled(6).at,
        polls: 2,
        answered: true,
        partialSince: polled(6).at,
        last: { ...polled(7), whole: true },
        lastWhole: polled(7).startedAt,
        unreadable: new Map([['a1b2', polled(6).at]]),
        appeared: new Map([['113|leg-appeared', polled(7).at]]),
        missing: new Map([['107|leg-r7', { lastPresent: polled(5).startedAt, since: polled(6).at }]]),
      },
    },
    queue: {
      ...GOLDEN_STATE_1.sources.queue,
      clock: [
        { pbx: T0, after: null, by: polled(0).at },
        { pbx: T0 + 2_000, after: polled(1).startedAt, by: polled(2).at },
      ],
    },
  },
  calls,
  ended,
  created: new Map(
    [leg({ ext: '114', callId: 'leg-created', signal: 'unclear' })].map((seen) => [
      seen.key,
      { seen, since: bracket, polls: 2 },
    ]),
  ),
  agents: new Map([
    ['agent-109', '109'],
    ['Trần Thị 109', '109'],
  ]),
  hotlines: new Map([['queue-1', ['19006801', '+842473001234']]]),
  direction: { meaning: 'leg', source: 'learnt', earlierLegs: ['107|leg-r7'], showsHotline: true },
};

/** In the order of the fields in the golden file. */
function byId(these: readonly Call[]): Map<string, Call> {
  const sorted = these.toSorted((a, b) => (a.callId < b.callId ? -1 : 1));
  return new Map(sorted.map((call) => [call.callId, call]));
}

/** The golden file of a format in `src/store/stored/golden/`: the state's fields as Redis held them, by name. */
export function goldenFile(format: number): URL {
  return new URL(`../../src/store/stored/golden/format-${format}.json`, import.meta.url);
}
