import { createHash } from 'node:crypto';
import { isGap } from './judge-durations.js';
import type { JudgedCall } from './judge-report.js';
import { goneAt } from './judge-sight.js';
import { customerOf } from './numbers.js';
import type { Cycle, Emitted } from './perfect-cycle.js';
import type { CallTruth, Sighting, TruthEvent } from './truth.js';

/** One call as `perfect-teller.ts` emits it: what polls have shown of it so far, and the events that follow from that. */

const TENANT = 't';
const ABSENCE_POLLS = 2;
const MONITOR_LAG_MS = 300;
const UNLISTED_HOLD_MS = 10_000;
const LOOKBACK_MS = 60_000;
const CONNECTED = new Set(['ONCALL', 'ACTIVE', 'HELD', 'UNHELD']);
const RINGING = new Set(['RINGING', 'EARLY', 'DIALING', 'RING_WAIT']);

type Certainty = 'upstream' | 'observed' | 'inferred';

interface When {
  readonly time: number;
  readonly earliest: number | null;
  readonly latest: number;
  readonly certainty: Certainty;
}

/** A row that has been shown, and since when it has not been. */
interface Part {
  readonly sighting: Sighting;
  readonly key: string;
  word: string | null;
  isConnected: boolean;
  absences: number;
  before: number | null;
  lastSeen: number;
  firstAbsent: number;
}

interface Participant {
  readonly extension: string;
  readonly first: Sighting;
  offers: number;
  isOffered: boolean;
  hasDeclined: boolean;
}

export class ToldCall {
  readonly callId: string;
  isOver = false;
  readonly #call: CallTruth;
  readonly #linked: string[];
  /** The `callId` under which the caller was in the same row before. */
  readonly #earlier: readonly string[];
  readonly #baseline: boolean;
  readonly #known: ReadonlySet<number>;
  readonly #legs = new Map<string, Part>();
  readonly #entries = new Map<string, Part>();
  readonly #gone: Part[] = [];
  readonly #people = new Map<string, Participant>();
  readonly #ids: string[] = [];
  readonly #queues: { id: string; name: string }[] = [];
  readonly #events: Emitted[] = [];
  #customer: string | null = null;
  #hotline: string | null = null;
  #started: When | null = null;
  #answered: When | null = null;
  #connected: string | null = null;
  #transfers = 0;
  /** RING_WAIT: the customer has not answered yet. */
  #hasWaited = false;
  #ended: When | null = null;
  #at = 0;

  /** Null: no poll of this cycle shows a part of the call that says anything. */
  static begin(
    call: CallTruth,
    cycle: Cycle,
    {
      known,
      before,
      callIds,
      often,
    }: {
      /** How many polls have shown each part. */
      readonly often: Map<number, number>;
      readonly known: ReadonlySet<number>;
      readonly before: readonly string[];
      readonly callIds: readonly string[];
    },
  ): ToldCall | null {
    const shown = rowsAt(call, cycle).filter(
      (row) => !known.has(row.sighting.part) || row.word !== 'Abandoned',
    );
    for (const { sighting } of shown) often.set(sighting.part, (often.get(sighting.part) ?? 0) + 1);
    const isSilent = ({ sighting }: Row): boolean =>
      call.direction === 'inbound' && often.get(sighting.part)! >= ABSENCE_POLLS;
    if (!shown.some((row) => begins(row, cycle) || (row.word !== 'Abandoned' && isSilent(row)))) return null;
    const entry = shown.find(({ sighting }) => sighting.endpoint === 'queue')?.sighting;
    const id = entry === undefined ? shown[0]!.sighting.callId : valueAt(entry.callIds!, cycle.at);
    const leg = shown.find(({ sighting }) => sighting.endpoint === 'monitor')?.sighting;
    const base = id !== '' ? id : (leg?.callId ?? digest(entry!));
    const uses = callIds.filter((one) => one.replace(/~\d+$/, '') === base).length;
    const isFirst = shown.every(({ sighting }) => cycle[sighting.endpoint]?.before === null);
    const callId = uses === 0 ? base : `${base}~${uses + 1}`;
    return new ToldCall({
      call,
      callId,
      linked: callIds.slice(-1),
      earlier: before.slice(-1),
      isFirst,
      known,
    });
  }

  private constructor(of: {
    readonly call: CallTruth;
    readonly callId: string;
    readonly linked: readonly string[];
    readonly earlier: readonly string[];
    readonly isFirst: boolean;
    readonly known: ReadonlySet<number>;
  }) {
    this.#call = of.call;
    this.callId = of.callId;
    this.#linked = [...of.linked];
    this.#earlier = of.earlier;
    this.#baseline = of.isFirst;
    this.#known = of.known;
  }

  get parts(): number[] {
    const parts = [...this.#legs.values(), ...this.#entries.values(), ...this.#gone];
    return parts.map(({ sighting }) => sighting.part);
  }

  advance(cycle: Cycle): Emitted[] {
    this.#events.length = 0;
    this.observe(cycle);
    this.#start(cycle);
    this.#offer(cycle);
    this.#answer(cycle);
    this.#transfer(cycle);
    this.#dropGone(cycle);
    const end = this.#endOf(cycle);
    this.#endOffers(cycle, end !== null);
    if (end !== null) this.#end(end);
    return [...this.#events];
  }

  // ----- what the polls of this cycle show

  observe(cycle: Cycle): void {
    this.#at = cycle.at;
    const rows = rowsAt(this.#call, cycle);
    for (const endpoint of ['monitor', 'queue'] as const) {
      const polled = cycle[endpoint];
      if (polled === null) continue;
      const parts = endpoint === 'monitor' ? this.#legs : this.#entries;
      const shown = new Set<string>();
      for (const { sighting, word } of rows) {
        if (sighting.endpoint !== endpoint) continue;
        if (endpoint === 'queue' && word === 'Abandoned' && this.#known.has(sighting.part)) continue;
        const key = String(sighting.part);
        shown.add(key);
        const known = parts.get(key);
        const part = known ?? this.#appear(sighting, key, polled.before);
        if (known === undefined) parts.set(key, part);
        Object.assign(part, { sighting, word, absences: 0, lastSeen: cycle.at });
        if (word !== null && CONNECTED.has(word)) part.isConnected = true;
        if (word === 'RING_WAIT') this.#hasWaited = true;
        this.#learn(part);
      }
      for (const [key, part] of parts) {
        if (shown.has(key)) continue;
        if (part.absences === 0) part.firstAbsent = cycle.at;
        part.absences += 1;
      }
    }
  }

  #appear(sighting: Sighting, key: string, before: number | null): Part {
    const part = {
      sighting,
      key,
      word: null,
      isConnected: false,
      absences: 0,
      before,
      lastSeen: 0,
      firstAbsent: 0,
    };
    if (sighting.endpoint === 'queue') {
      const queue = this.#call.queues.find(({ id }) => id === sighting.queueId)!;
      this.#queues.push(queue);
      if ((sighting.rejoinedAt ?? null) !== null) this.#linked.push(...this.#earlier);
    } else if (!this.#people.has(sighting.extension!)) {
      const person = {
        extension: sighting.extension!,
        first: sighting,
        offers: 0,
        isOffered: false,
        hasDeclined: false,
      };
      this.#people.set(sighting.extension!, person);
    }
    return part;
  }

  #learn({ sighting }: Part): void {
    const ids = sighting.ids?.map(({ at, callId: value }) => ({ at, value })) ?? [];
    const id = valueAt(sighting.callIds ?? [{ at: sighting.from, value: sighting.callId }, ...ids], this.#at);
    if (id !== '' && !this.#ids.includes(id)) this.#ids.push(id);
    const { customer, hotline } = this.#call;
    const { numbers = [] } = sighting;
    const spelled = numbers.find((one) => one === customer?.raw || one === customer?.queueRaw);
    // An empty number is a withheld one.
    if (customer !== null) this.#customer ??= spelled === '' ? null : (spelled ?? null);
    if (hotline !== null && numbers.includes(hotline)) this.#hotline ??= hotline;
  }

  // ----- what follows from it

  #start(cycle: Cycle): void {
    if (this.#started !== null) return;
    const entries = [...this.#entries.values()];
    const legs = [...this.#legs.values()];
    const times =
      entries.length > 0
        ? entries.map(({ sighting }) => sighting.rejoinedAt ?? sighting.joinedAt!)
        : legs.map(({ sighting }) => valueAt(sighting.callTimes!, cycle.at));
    const time = seconds(Math.min(...times));
    const before = entries.length > 0 ? cycle.queue?.before : cycle.monitor?.before;
    this.#started =
      time <= cycle.at
        ? this.#upstream(time)
        : { time: cycle.at, earliest: before ?? null, latest: cycle.at, certainty: 'observed' };
    this.#emit('call-started', this.#started);
  }

  #offer(cycle: Cycle): void {
    if (cycle.monitor === null) return;
    for (const leg of this.#legs.values()) {
      const { sighting, word } = leg;
      const person = this.#people.get(sighting.extension!)!;
      if (leg.absences > 0 || leg.isConnected || word === null || !RINGING.has(word)) continue;
      const isOffered = this.#call.events.some(
        ({ type, part }) => type === 'call-offered' && part === sighting.part,
      );
      if (!isOffered) continue;
      if (this.#offeredPart.get(person.extension) === sighting.part) continue;
      if (person.isOffered) {
        const older = this.#offeredLeg(person);
        if (older.absences === 0) continue;
        this.#endOffer(person, older);
      }
      person.offers += 1;
      person.isOffered = true;
      person.hasDeclined = false;
      this.#offeredPart.set(person.extension, sighting.part);
      this.#emitOffer('call-offered', person, null, this.#byMonitor(cycle));
    }
  }

  readonly #offeredPart = new Map<string, number>();

  #answer(cycle: Cycle): void {
    const entry = this.#current();
    const bridgedAt = entry?.word === 'Answered' ? (entry.sighting.bridgedAt ?? null) : null;
    const leg = this.#connectedLeg();
    if (leg !== null) this.#connected ??= leg.sighting.extension!;
    if (this.#answered !== null) {
      const isLater = this.#answered.certainty !== 'upstream' && this.#transfers === 0 && bridgedAt !== null;
      if (isLater && seconds(bridgedAt) <= this.#answered.latest)
        this.#answered = this.#upstream(seconds(bridgedAt));
      return;
    }
    const wasShown = this.#events.every(({ type }) => type !== 'call-started');
    if (bridgedAt !== null && cycle.queue !== null) this.#answered = this.#upstream(seconds(bridgedAt));
    else if (leg !== null && cycle.monitor !== null) {
      const isPicker = leg.sighting.role === 'picker';
      const isTied = isPicker && this.#showsId(leg.sighting, cycle);
      const isDeduced = (isPicker && entry?.word !== 'Answered') || this.#isContinuedBy(leg.sighting);
      const isHeard = this.#call.direction !== 'outbound' || this.#hasWaited;
      const isSure = wasShown && isHeard && (isTied || !isDeduced);
      this.#answered = { ...this.#byMonitor(cycle), certainty: isSure ? 'observed' : 'inferred' };
    } else return;
    this.#emit('call-answered', this.#answered);
  }

  /** By the column call_uuid, the leg of a pick-up shows the id of a part that was there before. */
  #showsId({ ids = [], from }: Sighting, cycle: Cycle): boolean {
    const before = this.#call.sightings.filter((one) => one.from < from).map(({ callId }) => callId);
    return ids.some(({ at, callId }) => at <= cycle.at && before.includes(callId));
  }

  /** The leg of a consultation, which is older than the transfer, shows the customer from now on. */
  #showsCustomer({ extension, numbers, callTimes }: Sighting): boolean {
    const { customer, transfers } = this.#call;
    if (customer === null || customer.e164 === null || numbers?.includes(customer.raw) !== true) return false;
    return transfers.some(
      ({ as, to, answeredAt }) =>
        as === 'attended' && to === extension && callTimes?.some(({ value }) => value < (answeredAt ?? 0)),
    );
  }

  /** Without an id that they share, rows do not show that a leg which begins when all else has gone is of this call. */
  #isContinuedBy({ from, callId }: Sighting): boolean {
    const known = [...this.#legs.values(), ...this.#gone, ...this.#entries.values()];
    const before = known.map(({ sighting }) => sighting).filter((one) => one.from < from);
    return before.length > 0 && before.every((one) => goneAt(one) <= from && one.callId !== callId);
  }

  #transfer(cycle: Cycle): void {
    const from = this.#connected;
    if (from === null || this.#answered === null) return;
    const old = [...this.#legs.values(), ...this.#gone].filter(({ sighting }) => sighting.extension === from);
    if (old.some(({ absences }) => absences < ABSENCE_POLLS)) return;
    const goneAt = old.reduce((a, b) => (b.firstAbsent > a.firstAbsent ? b : a));
    const isCaller = (part: Part): boolean =>
      this.#call.direction === 'local' && part.sighting === this.#call.sightings[0];
    const next = [...this.#legs.values()].find(
      (leg) => leg.isConnected && leg.lastSeen >= goneAt.firstAbsent && !isCaller(leg),
    );
    if (next === undefined) return;
    const answeredAt = next.sighting.states.find(({ state }) => state !== null && CONNECTED.has(state))!.at;
    const when = answeredAt > goneAt.firstAbsent ? this.#byMonitor(cycle) : this.#absent(goneAt);
    this.#connected = next.sighting.extension!;
    this.#transfers += 1;
    const others = this.#call.sightings.filter(
      ({ part, from: at }) => part !== next.sighting.part && at < next.sighting.from,
    );
    const isShared = others.some(({ callId }) => callId === next.sighting.callId);
    this.#emit(
      'call-transferred',
      { ...when, certainty: isShared || this.#showsCustomer(next.sighting) ? 'observed' : 'inferred' },
      { transferredFrom: { extension: from } },
      `${this.#transfers}/${this.#connected}`,
    );
  }

  #dropGone(cycle: Cycle): void {
    for (const [key, leg] of this.#legs) {
      if (leg.absences < ABSENCE_POLLS) continue;
      const isHeld = cycle.listsIdle && leg.sighting.closedBy === 'unregistered' && leg.isConnected;
      if (isHeld && cycle.at < leg.firstAbsent + UNLISTED_HOLD_MS) continue;
      this.#legs.delete(key);
      this.#gone.push(leg);
    }
  }

  #endOffers(cycle: Cycle, isOver: boolean): void {
    if (cycle.monitor === null && !isOver) return;
    for (const person of this.#people.values()) {
      if (!person.isOffered) continue;
      const isAnswered = this.#legsOf(person).some(({ isConnected }) => isConnected);
      const leg = this.#offeredLeg(person);
      if (isAnswered) this.#finishOffer(person, 'answered', this.#byMonitor(cycle));
      else if (isOver || leg.absences >= ABSENCE_POLLS) this.#endOffer(person, leg);
    }
  }

  /** The leg of the offer that is open. */
  #offeredLeg({ extension }: Participant): Part {
    const part = this.#offeredPart.get(extension);
    return [...this.#legs.values(), ...this.#gone].find(({ sighting }) => sighting.part === part)!;
  }

  #endOffer(person: Participant, leg: Part): void {
    const truth = this.#call.events.find(
      ({ type, part }) => type === 'call-offer-ended' && part === leg.sighting.part,
    )!;
    const outcome = String(truth.outcome);
    const isDeduced =
      outcome === 'answered' ||
      (outcome === 'answered-elsewhere' && this.#connected === null && !this.#isAnsweredRow());
    this.#finishOffer(person, outcome, {
      ...this.#absent(leg),
      certainty: isDeduced ? 'inferred' : 'observed',
    });
  }

  #finishOffer(person: Participant, outcome: string, when: When): void {
    person.isOffered = false;
    person.hasDeclined = outcome !== 'answered';
    this.#emitOffer('call-offer-ended', person, outcome, when);
  }

  /** Null: the call goes on. */
  #endOf(cycle: Cycle): { readonly outcome: string; readonly when: When } | null {
    if (this.#legs.size > 0) return null;
    const rows = [...this.#entries.values()];
    const isGone = (row: Part): boolean =>
      row.word === 'Abandoned' || row.absences >= ABSENCE_POLLS || isResumed(row);
    if (rows.some((row) => !isGone(row))) return null;
    const row = rows.at(-1);
    const parts = [...this.#gone, ...rows.filter(({ absences }) => absences > 0)];
    const last = parts.reduce<Part | null>(
      (a, b) => (a === null || b.firstAbsent > a.firstAbsent ? b : a),
      null,
    );
    if (this.#answered !== null) {
      const lost = last?.sighting.closedBy === 'unregistered';
      // A row that is Abandoned, or never said Answered, does not show that the agent had the caller.
      const isDoubted = row !== undefined && row.word !== 'Answered';
      if (last === null) return null;
      return {
        outcome: 'answered',
        when: { ...this.#absent(last), certainty: lost || isDoubted ? 'inferred' : 'observed' },
      };
    }
    if (row !== undefined && (row.word === 'Abandoned' || isResumed(row))) return this.#abandoned(row, cycle);
    if (row !== undefined) {
      if (this.#gone.length === 0) return { outcome: 'unknown', when: this.#absent(last!) };
      // The queue deletes a row without Abandoned only when its caller was answered.
      const when: When = { ...this.#absent(row), certainty: 'inferred' };
      this.#answered = when;
      this.#emit('call-answered', when);
      return { outcome: 'answered', when: { ...this.#absent(last!), certainty: 'inferred' } };
    }
    const outcome = this.#call.direction === 'inbound' ? 'abandoned' : 'no-answer';
    return { outcome, when: { ...this.#absent(last!), certainty: 'inferred' } };
  }

  #abandoned(row: Part, cycle: Cycle): { readonly outcome: string; readonly when: When } | null {
    const { abandonedAt = null, abandonedTimes } = row.sighting;
    if (!isResumed(row)) {
      this.#abandonedSeen ??= cycle.at;
      // A leg that the caller overflowed to may be shown so much later.
      const isConfirmed = cycle.monitor !== null && cycle.at >= this.#abandonedSeen + MONITOR_LAG_MS;
      if (!isConfirmed) return null;
    }
    if (abandonedAt !== null) {
      const time = isResumed(row) ? abandonedAt : (valueAt(abandonedTimes!, cycle.at) ?? abandonedAt);
      return { outcome: 'abandoned', when: this.#upstream(seconds(time)) };
    }
    const at = this.#abandonedSeen ?? cycle.at;
    const window = { time: at, earliest: row.before, latest: at };
    return { outcome: 'abandoned', when: { ...window, certainty: 'observed' } };
  }

  #abandonedSeen: number | null = null;

  #end({ outcome, when }: { readonly outcome: string; readonly when: When }): void {
    this.isOver = true;
    this.#ended = when;
    if (outcome === 'abandoned') this.#emit('call-abandoned', when, { outcome });
    this.#emit('call-ended', when, { outcome });
  }

  // ----- windows

  #byMonitor(cycle: Cycle): When {
    const before = cycle.monitor?.before ?? null;
    const earliest = before === null ? null : before - MONITOR_LAG_MS;
    return { time: cycle.at, earliest, latest: cycle.at, certainty: 'observed' };
  }

  #absent({ lastSeen, firstAbsent, sighting }: Part): When {
    const lag = sighting.endpoint === 'monitor' ? MONITOR_LAG_MS : 0;
    return { time: firstAbsent, earliest: lastSeen - lag, latest: firstAbsent, certainty: 'observed' };
  }

  #upstream(time: number): When {
    return { time, earliest: time, latest: Math.min(time + 1000, this.#at), certainty: 'upstream' };
  }

  // ----- the view

  #legsOf({ extension }: Participant): Part[] {
    return [...this.#legs.values()].filter(({ sighting }) => sighting.extension === extension);
  }

  #current(): Part | null {
    return [...this.#entries.values()].at(-1) ?? null;
  }

  #isAnsweredRow(): boolean {
    return [...this.#entries.values()].some(({ word }) => word === 'Answered');
  }

  /** The callee's leg before the caller's own. */
  #connectedLeg(): Part | null {
    const legs = [...this.#legs.values()].filter(
      ({ isConnected, absences }) => isConnected && absences === 0,
    );
    const callee = legs.find(({ sighting }) =>
      this.#call.events.some(({ type, part }) => type === 'call-offered' && part === sighting.part),
    );
    return callee ?? legs[0] ?? null;
  }

  #emitOffer(
    type: 'call-offered' | 'call-offer-ended',
    person: Participant,
    outcome: string | null,
    when: When,
  ): void {
    const { extension, first } = person;
    const offer = { extension, extensionId: first.who!.extensionId, outcome };
    this.#emit(type, when, { agent: agentOf(first), offer, outcome }, `${extension}/${person.offers}`);
  }

  #emit(type: TruthEvent['type'], when: When, more: Partial<JudgedCall> = {}, detail?: string): void {
    const { callId } = this;
    const { earliest, latest, certainty } = when;
    this.#events.push({
      id: [TENANT, callId, type, ...(detail === undefined ? [] : [detail])].join('/'),
      source: `/pitel/${TENANT}`,
      type,
      subject: callId,
      time: text(when.time),
      recordedtime: text(this.#at),
      epoch: 'e1',
      data: {
        ...this.#view(),
        ...more,
        observed: {
          earliest: earliest === null ? null : text(earliest),
          latest: text(latest),
          certainty,
          ...(certainty === 'upstream' ? { precisionMs: 1000 } : {}),
        },
      },
    });
  }

  #view(): Omit<JudgedCall, 'observed'> {
    const [started, answered, ended] = [this.#started!, this.#answered, this.#ended];
    const isKnown = started.certainty === 'upstream' || !this.#baseline;
    const span = (from: When, to: When): number | null => (to.time >= from.time ? to.time - from.time : null);
    const waited =
      answered === null
        ? ended !== null && !isGap(ended.earliest, ended.latest) && this.#hasAbandonedOrNoAnswer()
          ? ended
          : null
        : answered.certainty === 'inferred'
          ? null
          : answered;
    return {
      tenant: TENANT,
      callId: this.callId,
      linkedCallIds: [...this.#linked],
      upstreamIds: [...this.#ids],
      direction: this.#call.direction,
      state:
        ended !== null ? 'ended' : answered !== null ? 'answered' : this.#isRinging() ? 'ringing' : 'queued',
      customer: numberOf(this.#customer),
      hotline: numberOf(this.#hotline),
      queue: this.#queues.at(-1) ?? null,
      queues: [...this.#queues],
      agent: this.#agent(),
      extensions: [...this.#people.values()].map((person) => this.#extension(person)),
      startedAt: text(started.time),
      answeredAt: answered === null ? null : text(answered.time),
      endedAt: ended === null ? null : text(ended.time),
      waitMs: isKnown && waited !== null ? span(started, waited) : null,
      talkMs:
        answered !== null &&
        ended !== null &&
        answered.certainty !== 'inferred' &&
        ended.certainty !== 'inferred' &&
        !isGap(ended.earliest, ended.latest)
          ? span(answered, ended)
          : null,
      outcome: null,
      baseline: this.#baseline,
    };
  }

  /** The end of a wait without an answer is known, unless its row just vanished. */
  #hasAbandonedOrNoAnswer(): boolean {
    const row = this.#current();
    return row === null || row.word === 'Abandoned' || isResumed(row);
  }

  #isRinging(): boolean {
    return this.#entries.size === 0 || [...this.#legs.values()].some(({ absences }) => absences === 0);
  }

  #extension(person: Participant) {
    const legs = this.#legsOf(person);
    const isAnswered = this.#answered !== null && legs.some(({ isConnected }) => isConnected);
    const isGone = this.#ended !== null || legs.length === 0 || (!isAnswered && person.hasDeclined);
    return {
      extension: person.extension,
      extensionId: person.first.who!.extensionId,
      agentName: person.first.who!.agentName,
      state: isGone ? 'ended' : isAnswered ? 'answered' : 'ringing',
    };
  }

  #agent(): JudgedCall['agent'] {
    const firstOf = (extension: string): Sighting => this.#people.get(extension)!.first;
    if (this.#answered !== null)
      return this.#connected === null ? this.#named() : agentOf(firstOf(this.#connected));
    if (this.#call.direction !== 'inbound') return agentOf(this.#call.sightings[0]!);
    if (this.#ended !== null) return null;
    const ringing = [...this.#legs.values()].find(({ absences }) => absences === 0);
    return ringing === undefined ? this.#named() : agentOf(ringing.sighting);
  }

  /** The agent whom the queue's row names. */
  #named(): JudgedCall['agent'] {
    const agents = this.#current()?.sighting.agents ?? [];
    const agent = agents.length === 0 ? null : valueAt(agents, this.#at);
    return agent === null ? null : { id: agent.id, name: agent.name, username: null, extension: null };
  }
}

interface Row {
  readonly sighting: Sighting;
  readonly word: string | null;
}

function rowsAt(call: CallTruth, { at, monitor, queue }: Cycle): Row[] {
  return call.sightings.flatMap((sighting) => {
    const isPrevious = sighting.endpoint === 'monitor' ? monitor !== null : queue !== null;
    if (!isPrevious || at < sighting.from || at >= (sighting.to ?? Infinity)) return [];
    return [{ sighting, word: sighting.states.findLast((one) => one.at <= at)!.state }];
  });
}

/** An Abandoned row is news unless the first poll of all shows it, and it is old. */
function begins({ sighting, word }: Row, cycle: Cycle): boolean {
  if (word === 'Abandoned') {
    return cycle.queue?.before !== null || (sighting.abandonedAt ?? 0) >= cycle.at - LOOKBACK_MS;
  }
  return sighting.endpoint === 'queue' || (word !== null && (CONNECTED.has(word) || RINGING.has(word)));
}

/** The caller is back on the row, as another call. */
function isResumed({ sighting, absences }: Part): boolean {
  return absences > 0 && sighting.closedBy === 'resumed';
}

function valueAt<Value>(
  values: readonly { readonly at: number; readonly value: Value }[],
  at: number,
): Value {
  return (values.findLast((one) => one.at <= at) ?? values[0]!).value;
}

function agentOf({ who, extension }: Sighting): JudgedCall['agent'] {
  const { userId, agentName } = who!;
  return { id: userId === '' ? null : userId, name: agentName, username: agentName, extension: extension! };
}

function numberOf(raw: string | null): JudgedCall['customer'] {
  if (raw === null) return null;
  const { e164 } = customerOf(raw);
  return { raw, e164, national: e164 === null ? null : `0${e164.slice(3)}` };
}

function digest({ queueId, joinedAt }: Sighting): string {
  return `q-${createHash('sha256').update(`${queueId} ${joinedAt}`).digest('hex').slice(0, 16)}`;
}

function seconds(instant: number): number {
  return Math.floor(instant / 1000) * 1000;
}

function text(instant: number): string {
  return new Date(instant).toISOString();
}
