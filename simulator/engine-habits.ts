/**
 * The habits of the engine under the vendor's PBX, FreeSWITCH 1.10 with mod_callcenter, as they were measured there
 * (`docs/simulator.md` has the table). What the vendor's back end makes of the engine's tables is not known, so each is an
 * option that can be on or off.
 *
 * A number is the share of the calls, or of what the comment names, that it happens to; it is off at 0. An enumeration's
 * first value is off. With all of them off a seed gives the day that it gave before there were any.
 */
export interface EngineHabits {
  // ----- legs and their rows
  /** Legs that are DOWN (an empty state) for 60 to 150 ms before they ring; of the legs that the PBX makes. */
  readonly downFirst: number;
  /**
   * Rows trail what happens: a leg's by 0.11 to 0.15 s, at most 0.27 s, in the order of what happened; a queue's by 20 ms. A
   * leg's row goes 20 to 60 ms after the hang-up and that delay, with its last state.
   */
  readonly trail: boolean;
  /**
   * The engine's timing instead of a round one: Trying 40 to 130 ms after joining, Answered 30 to 120 ms after the
   * agent's answer (where rows trail, mostly before the leg's ONCALL), the next destination's legs 20 ms after the last one's
   * end, Abandoned rows for up to a second longer.
   */
  readonly timing: boolean;
  /** A direct call to a device that never says that it rings: its leg is DOWN all the time. */
  readonly neverRings: number;
  /**
   * What `call_id` is. `kept`: a transferred call keeps the id of its first leg. `leg`: the leg's uuid, so that each leg has
   * its own. `call-uuid`: the column call_uuid, which a call's legs share once they are bridged, or from the start where no
   * queue rings them; when the bridge ends it falls back to the leg's own value for 0.4 to 0.6 s before the row goes.
   */
  readonly legIds: 'kept' | 'leg' | 'call-uuid';
  /** What the page calls `direction`: the call's, or that of the leg as seen from the PBX. */
  readonly direction: 'call' | 'leg';
  /** What a held call shows when the hold is over. */
  readonly holdEnds: 'ONCALL' | 'UNHELD' | 'ACTIVE';
  /** Click-to-call: ONCALL for 20 ms and then RING_WAIT until the customer answers. */
  readonly ringWait: number;

  // ----- transfers
  /**
   * After an attended transfer. `moved`: the customer's leg shows up at the consulted extension. Otherwise the consultation's
   * leg remains, with its id, and shows the transferor in a local row, or the customer.
   */
  readonly consultLeg: 'moved' | 'transferor' | 'customer';
  /** Answered calls that are transferred while the consulted extension still rings. */
  readonly semiAttended: number;
  /** Outbound calls that are transferred, in any way. */
  readonly outboundTransfers: number;
  /** Of the transfers: the target does not answer. */
  readonly targetSilent: number;
  /** Of the transfers: the caller leaves before the target answers. */
  readonly givenUp: number;
  /** Answered queue calls that the agent transfers to another queue: a second row with the same `call_uuid`. */
  readonly queueToQueue: number;

  // ----- who answers
  /** Ringing calls (direct and ring group) that a colleague picks up by a feature code. */
  readonly pickup: number;
  /** The picker's row: local with the feature code, inbound with its own extension as the customer, or with the customer. */
  readonly pickupRow: 'code' | 'own' | 'customer';
  /** Ring-group calls whose members ring one after the other. */
  readonly huntGroup: number;
  /** Ring-group calls that a member rejects; the row says RINGING until the whole group is over. */
  readonly rejects: number;
  /** Answered calls on which a supervisor listens, whispers or barges. */
  readonly supervises: number;
  /** Queue calls that agents answer on mobiles: no leg is ever shown. */
  readonly mobileAgents: number;

  // ----- queues
  /** Queue calls whose agent's leg ends within 50 ms of its answer: the row stays Trying until the module restarts. */
  readonly stuckTrying: number;
  /** Answered queue calls whose row stays Answered for hours. */
  readonly staleAnswered: number;
  /** Answered queue calls that last 0.4 s: the Trying row vanishes. */
  readonly blinks: number;
  /** Callers who wait for minutes in a ring-all queue of which no agent is free: Trying, and no extension rings. */
  readonly longWait: number;
  /** Queue callers who hang up within 80 ms of the agent's answer: ONCALL, never bridged. */
  readonly leavesAtAnswer: number;
  /** The agent's name in a ring-all queue's row until an agent has answered. */
  readonly servingAgent: 'empty' | 'ring-all';
  /** The names and uuids of agents in queue rows: those that the monitor shows, or others that it does not. */
  readonly agentNames: 'monitor' | 'prefixed' | 'uuid';
  /** Abandoned always empties `call_uuid`. */
  readonly emptiesUuid: boolean;
  /** Callers who come back into their row after abandoning it. */
  readonly resumes: number;

  // ----- callers
  /** Callers who withhold their number, in every spelling. */
  readonly withheld: number;
  /** Callers from a company's one number, of whom another calls within seconds, a queue or an extension. */
  readonly company: number;
  /** Queue callers with whom another one of the same number joins the same queue, mostly in the same second. */
  readonly sameSecond: number;
  /** Abandoned calls whose caller an agent calls back at once. */
  readonly callsBack: number;

  // ----- the PBX as a whole
  /** One registration, and so one row, a user: a second device that signs off in mid-call hides the extension and its legs. */
  readonly oneRow: boolean;
  /** Answered calls in which the extension signs off, and mostly comes back. */
  readonly signsOff: number;
  /** How far the PBX's clock is ahead; negative: behind. */
  readonly clockOffsetMs: number;
  /** How many milliseconds the PBX's clock gains in a thousand seconds; negative: loses. */
  readonly clockDriftPpm: number;
  /** `/v3/monitor` answers with at most so many rows, and with `limit` and `offset` as asked; 0: with all. */
  readonly pageSize: number;
  /** A row of one of the lists that is no row: always the same one, or now and then for a minute one that changes. */
  readonly poison: 'none' | 'constant' | 'changing';
  /** An idle row without an extension. */
  readonly namelessIdle: boolean;
}

/** The habits that happen to a share of something. */
export type ShareName = {
  [Name in keyof EngineHabits]: EngineHabits[Name] extends number ? Name : never;
}[Exclude<keyof EngineHabits, 'clockOffsetMs' | 'clockDriftPpm' | 'pageSize'>];

export const NO_ENGINE_HABITS: EngineHabits = {
  downFirst: 0,
  trail: false,
  timing: false,
  neverRings: 0,
  legIds: 'kept',
  direction: 'call',
  holdEnds: 'ONCALL',
  ringWait: 0,
  consultLeg: 'moved',
  semiAttended: 0,
  outboundTransfers: 0,
  targetSilent: 0,
  givenUp: 0,
  queueToQueue: 0,
  pickup: 0,
  pickupRow: 'code',
  huntGroup: 0,
  rejects: 0,
  supervises: 0,
  mobileAgents: 0,
  stuckTrying: 0,
  staleAnswered: 0,
  blinks: 0,
  longWait: 0,
  leavesAtAnswer: 0,
  servingAgent: 'empty',
  agentNames: 'monitor',
  emptiesUuid: false,
  resumes: 0,
  withheld: 0,
  company: 0,
  sameSecond: 0,
  callsBack: 0,
  oneRow: false,
  signsOff: 0,
  clockOffsetMs: 0,
  clockDriftPpm: 0,
  pageSize: 0,
  poison: 'none',
  namelessIdle: false,
};

export const ENGINE_HABITS = Object.keys(NO_ENGINE_HABITS) as readonly (keyof EngineHabits)[];

/** The values of the habits that are enumerations; the first is off. */
export const HABIT_VALUES = {
  legIds: ['kept', 'leg', 'call-uuid'],
  direction: ['call', 'leg'],
  holdEnds: ['ONCALL', 'UNHELD', 'ACTIVE'],
  consultLeg: ['moved', 'transferor', 'customer'],
  pickupRow: ['code', 'own', 'customer'],
  servingAgent: ['empty', 'ring-all'],
  agentNames: ['monitor', 'prefixed', 'uuid'],
  poison: ['none', 'constant', 'changing'],
} as const satisfies { [Name in keyof EngineHabits]?: readonly EngineHabits[Name][] };

/** What has an effect of its own: `pickupRow` only says how `pickup` looks. */
export function isOn(habits: EngineHabits, name: keyof EngineHabits): boolean {
  return habits[name] !== NO_ENGINE_HABITS[name];
}
