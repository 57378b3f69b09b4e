/**
 * What the switch itself says happened: the channels of a run and the callers of its queues, from its own event stream.
 * Instants are milliseconds since the Unix epoch, as everywhere.
 */
export interface TruthEvent {
  readonly at: number;
  readonly [field: string]: string | number | undefined;
}

/** A channel: a caller's connection from outside, or one extension's leg. */
export interface Channel {
  readonly id: string;
  /** NaN while the stream has not shown its creation. */
  created: number;
  name: string | undefined;
  /** As the switch sees it: `outbound` is towards the device. */
  direction: string | undefined;
  /** The channel that created it. */
  origin: string | undefined;
  extension: string | null;
  customer: string | undefined;
  /** The queue member for whom it was created. */
  member: string | undefined;
  callDirection: string | undefined;
  callerNumber: string | undefined;
  destination: string | undefined;
  ringing: number | undefined;
  answered: number | undefined;
  hangup: number | undefined;
  /** The other channel at hang-up, if it was answered. */
  lastOther: string | undefined;
  readonly bridges: { readonly at: number; readonly ids: readonly string[] }[];
}

export class Truth {
  readonly channels: readonly Channel[];
  /** The queues' own events that name a caller, in their order. */
  readonly queueEvents: readonly TruthEvent[];
  readonly #byId = new Map<string, Channel>();
  /** By queue member: its sessions, as they changed. */
  readonly #sessions = new Map<string, { readonly at: number; readonly id: string }[]>();
  readonly #bridged = new Map<string, Set<string>>();

  constructor(stream: readonly TruthEvent[]) {
    const events = [...stream].sort((a, b) => a.at - b.at);
    for (const event of events) {
      this.#noteSession(event);
      const id = text(event, 'Unique-ID');
      if (id !== undefined && event['Event-Name'] !== 'CUSTOM') note(this.#channel(id), event);
    }
    this.channels = [...this.#byId.values()];
    this.queueEvents = events.filter((event) => event['CC-Action'] !== undefined);
    for (const channel of this.channels) this.#noteBridges(channel);
  }

  channel(id: string | undefined): Channel | undefined {
    return id === undefined ? undefined : this.#byId.get(id);
  }

  /** The channels that a channel was bridged with. */
  bridgedWith({ id }: Channel): ReadonlySet<string> {
    return this.#bridged.get(id) ?? NONE;
  }

  /** The session of a queue member at an instant. */
  sessionOf(member: string, at: number): string | undefined {
    return this.#sessions.get(member)?.findLast((session) => session.at <= at)?.id;
  }

  #channel(id: string): Channel {
    let channel = this.#byId.get(id);
    if (channel === undefined) this.#byId.set(id, (channel = { ...UNKNOWN, id, bridges: [] }));
    return channel;
  }

  #noteSession(event: TruthEvent): void {
    const member = text(event, 'CC-Member-UUID');
    const id = text(event, 'CC-Member-Session-UUID');
    if (member === undefined || id === undefined) return;
    const sessions = this.#sessions.get(member) ?? [];
    this.#sessions.set(member, sessions);
    if (sessions.at(-1)?.id !== id) sessions.push({ at: event.at, id });
  }

  #noteBridges({ id, lastOther, bridges }: Channel): void {
    const add = (one: string, other: string) => {
      if (one === other) return;
      const known = this.#bridged.get(one) ?? new Set();
      this.#bridged.set(one, known.add(other));
    };
    if (lastOther !== undefined) add(id, lastOther);
    for (const other of bridges.flatMap(({ ids }) => ids)) {
      add(id, other);
      add(other, id);
    }
  }
}

const NONE: ReadonlySet<string> = new Set();
const UNKNOWN = {
  created: NaN,
  name: undefined,
  direction: undefined,
  origin: undefined,
  extension: null,
  customer: undefined,
  member: undefined,
  callDirection: undefined,
  callerNumber: undefined,
  destination: undefined,
  ringing: undefined,
  answered: undefined,
  hangup: undefined,
  lastOther: undefined,
};

function text(event: TruthEvent, field: string): string | undefined {
  const value = event[field];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function note(channel: Channel, event: TruthEvent): void {
  const { at } = event;
  const other = text(event, 'Other-Leg-Unique-ID');
  const kind = event['Event-Name'];
  if (kind === 'CHANNEL_CREATE') {
    channel.created = at;
    channel.name = text(event, 'Channel-Name');
    channel.direction = text(event, 'Call-Direction');
    channel.origin = other ?? text(event, 'variable_originator');
  }
  channel.name ??= text(event, 'Channel-Name');
  channel.direction ??= text(event, 'Call-Direction');
  channel.extension = /^sofia\/internal\/(10[1-8])@/.exec(channel.name ?? '')?.[1] ?? null;
  channel.customer ??= text(event, 'variable_lab_customer');
  channel.member ??= text(event, 'variable_cc_member_uuid');
  channel.callDirection ??= text(event, 'variable_call_direction');
  channel.callerNumber ??= text(event, 'Caller-Caller-ID-Number');
  channel.destination ??= text(event, 'Caller-Destination-Number');
  switch (kind) {
    case 'CHANNEL_CALLSTATE':
      if (/RINGING|EARLY/.test(text(event, 'Channel-Call-State') ?? '')) channel.ringing ??= at;
      break;
    case 'CHANNEL_ANSWER':
      channel.answered ??= at;
      break;
    case 'CHANNEL_BRIDGE': {
      const ids = [other, text(event, 'Bridge-A-Unique-ID'), text(event, 'Bridge-B-Unique-ID')];
      channel.bridges.push({ at, ids: ids.filter((id) => id !== undefined) });
      break;
    }
    case 'CHANNEL_HANGUP':
      if (channel.answered !== undefined && other !== undefined) channel.lastOther = other;
      channel.hangup ??= at;
      break;
    default:
  }
}
