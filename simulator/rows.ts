import type { Device, Directory, Extension } from './directory.js';
import type { EngineHabits } from './engine-habits.js';
import type { Engine } from './engine.js';
import { asTheLegsDirection } from './leg-direction.js';
import type { LegView, RowNumbers } from './leg-view.js';
import type { Quirks } from './options.js';
import { rfc3339, zoneless } from './vietnam-time.js';

/** The rows of the two polled endpoints: every field of the vendor's page, in its order (`docs/upstream.md`). */

export interface MonitorRow {
  readonly agent_name: string;
  readonly b_cid_num: string | null;
  readonly call_id: string | null;
  readonly call_state: string | null;
  readonly call_time: string | null;
  readonly cid_num: string | null;
  readonly destination: string | null;
  readonly direction: string | null;
  readonly domain_name: string;
  readonly domain_uuid: string;
  readonly extension: string;
  readonly extension_uuid: string;
  readonly last_name: string;
  readonly middle_name: string;
  readonly first_name: string;
  readonly network_ip: string;
  readonly server_host: string;
  readonly user_agent: string;
  readonly user_uuid: string;
  readonly username: string;
}

export interface QueueRow {
  readonly call_center_queue_uuid: string;
  readonly call_center_queue_name: string;
  readonly call_center_agent_uuid: string;
  readonly call_center_agent_name: string;
  readonly mobile: string;
  readonly status: string;
  readonly joined_time: string;
  readonly abandoned_time: string;
  readonly bridged_time: string;
  readonly rejoined_time: string;
  readonly call_uuid: string;
}

/** An agent as queue rows name one: of an extension, or of a mobile that no row of the monitor shows. */
export interface QueueAgent {
  readonly number: string;
  readonly isMobile?: true;
  readonly agentUuid: string;
  readonly agentName: string;
}

export interface EntryView {
  readonly queue: { readonly uuid: string; readonly name: string; readonly strategy: string };
  readonly agent: QueueAgent | null;
  readonly mobile: string;
  readonly status: string;
  readonly joinedAt: number;
  readonly abandonedAt: number | null;
  readonly bridgedAt: number | null;
  readonly rejoinedAt: number | null;
  readonly callUuid: string;
}

/** How the rows of this PBX look. */
export interface Look {
  readonly quirks: Quirks;
  readonly engine: Engine;
}

/** `b_cid_num` is the customer, `cid_num` the hotline, `destination` the callee (mark D). */
export function numbersOfInbound(customer: string, hotline: string, callee: string): RowNumbers {
  return { bCid: customer, cid: hotline, destination: callee };
}

/** Documented like inbound; the page's sample has the customer in both and the hotline as destination (mark D). */
export function numbersOfOutbound(
  shape: Quirks['outboundShape'],
  customer: string,
  hotline: string,
): RowNumbers {
  return shape === 'sample'
    ? { bCid: customer, cid: customer, destination: hotline }
    : { bCid: customer, cid: hotline, destination: customer };
}

/** Not documented. The other extension is the b side of each row; caller and callee are the same on both (inference). */
export function numbersOfLocal(caller: string, callee: string, own: string): RowNumbers {
  return { bCid: own === caller ? callee : caller, cid: caller, destination: callee };
}

/**
 * All rows of one extension: one for each leg, or the idle row; and again for a second registered device, which
 * mirrors the leg, lags behind it (still RINGING when the first is ONCALL), or looks idle. The strongest state is
 * the true one. Which device comes first changes from call to call, so that taking the last row is not always right.
 */
export function rowsOf(
  directory: Directory,
  extension: Extension,
  legs: readonly LegView[],
  look: Look,
): MonitorRow[] {
  const { quirks, engine } = look;
  const [first, ...others] = engine.habits.oneRow ? extension.devices.slice(0, 1) : extension.devices;
  if (first === undefined) return [];
  if (legs.length === 0) {
    if (!quirks.listIdle) return [];
    return [first, ...others].map((device) => idleRow(directory, extension, device, quirks.idleFields));
  }
  return legs.flatMap((leg) => {
    const rows = [legRow(directory, extension, first, leg, leg.state, engine)];
    for (const device of others) {
      const { secondDevice } = extension;
      if (secondDevice === 'idle') rows.push(idleRow(directory, extension, device, quirks.idleFields));
      else {
        const state = secondDevice === 'lagging' && leg.state === 'ONCALL' ? 'RINGING' : leg.state;
        rows.push(legRow(directory, extension, device, leg, state, engine));
      }
    }
    return leg.id % 2 === 0 ? rows : rows.reverse();
  });
}

export function queueRow(entry: EntryView, { quirks, engine }: Look): QueueRow {
  const { sentinel } = quirks;
  const time = (instant: number | null): string =>
    rfc3339(instant === null ? null : engine.clock(instant), sentinel);
  return {
    call_center_queue_uuid: entry.queue.uuid,
    call_center_queue_name: entry.queue.name,
    call_center_agent_uuid: entry.agent?.agentUuid ?? '',
    call_center_agent_name: agentName(entry, engine.habits),
    mobile: entry.mobile,
    status: entry.status,
    joined_time: time(entry.joinedAt),
    abandoned_time: time(entry.abandonedAt),
    bridged_time: time(entry.bridgedAt),
    rejoined_time: time(entry.rejoinedAt),
    call_uuid: entry.callUuid,
  };
}

/** Until an agent has answered, a ring-all queue's row names none, or the word `ring-all`. */
function agentName({ agent, queue, status }: EntryView, habits: EngineHabits): string {
  if (agent === null) {
    const named = habits.servingAgent === 'ring-all' && queue.strategy === 'ring-all' && status !== 'Waiting';
    return named ? 'ring-all' : '';
  }
  return { monitor: agent.agentName, prefixed: `agent_${agent.number}`, uuid: agent.agentUuid }[
    habits.agentNames
  ];
}

function legRow(
  directory: Directory,
  extension: Extension,
  device: Device,
  given: LegView,
  state: string | null,
  engine: Engine,
): MonitorRow {
  const leg = engine.habits.direction === 'leg' ? asTheLegsDirection(given, extension.number) : given;
  return row(directory, extension, device, {
    b_cid_num: leg.bCid,
    call_id: leg.callId,
    call_state: state,
    call_time: zoneless(engine.clock(leg.callTime)),
    cid_num: leg.cid,
    destination: leg.destination,
    direction: leg.direction,
  });
}

/** An idle row that names no extension (the habit `namelessIdle`). */
export function namelessRow(directory: Directory, extension: Extension, { quirks }: Look): MonitorRow {
  const [device] = extension.devices;
  if (device === undefined) throw new Error(`extension ${extension.number} has no device`);
  return {
    ...idleRow(directory, extension, device, quirks.idleFields),
    agent_name: '',
    extension: '',
    extension_uuid: '',
    first_name: '',
    user_uuid: '',
    username: '',
  };
}

type CallFields = Pick<
  MonitorRow,
  'b_cid_num' | 'call_id' | 'call_state' | 'call_time' | 'cid_num' | 'destination' | 'direction'
>;

function idleRow(
  directory: Directory,
  extension: Extension,
  device: Device,
  fields: Quirks['idleFields'],
): MonitorRow {
  const none = fields === 'null' ? null : '';
  return row(directory, extension, device, {
    b_cid_num: none,
    call_id: none,
    call_state: none,
    call_time: none,
    cid_num: none,
    destination: none,
    direction: none,
  });
}

function row(directory: Directory, extension: Extension, device: Device, call: CallFields): MonitorRow {
  return {
    agent_name: extension.agentName,
    b_cid_num: call.b_cid_num,
    call_id: call.call_id,
    call_state: call.call_state,
    call_time: call.call_time,
    cid_num: call.cid_num,
    destination: call.destination,
    direction: call.direction,
    domain_name: directory.domain,
    domain_uuid: directory.domainUuid,
    extension: extension.number,
    extension_uuid: extension.uuid,
    last_name: '',
    middle_name: '',
    first_name: extension.firstName,
    network_ip: device.networkIp,
    server_host: directory.serverHost,
    user_agent: device.userAgent,
    user_uuid: extension.userUuid,
    username: extension.agentName,
  };
}
