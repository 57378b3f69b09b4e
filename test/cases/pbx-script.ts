import type { Endpoint, Instant } from '../../src/core/model/observation.js';
import { type Case, cutRow, type Fields, type Rows, type Step } from './case-file.js';

/** What the PBX of a case answers at any instant: rows in the vendor's form, times on its own clock. */
export class PbxScript {
  readonly #case: Case;
  readonly #beginsAt: Instant;
  /** When each step begins, in milliseconds since the first. */
  readonly #beginnings: readonly number[];
  readonly #bodies = new Map<string, Buffer>();

  constructor(of: Case, beginsAt: Instant) {
    this.#case = of;
    this.#beginsAt = beginsAt;
    let at = 0;
    this.#beginnings = of.steps.map(({ seconds = 1 }) => (at += seconds * 1_000) - seconds * 1_000);
    this.endsAt = beginsAt + at + of.tail * 1_000;
  }

  readonly endsAt: Instant;

  answer(endpoint: Endpoint, now: Instant): Buffer {
    const index = this.#beginnings.findLastIndex((begins) => this.#beginsAt + begins <= now);
    const key = `${endpoint} ${index}`;
    let body = this.#bodies.get(key);
    if (body === undefined) this.#bodies.set(key, (body = this.#body(endpoint, this.#case.steps[index]!)));
    return body;
  }

  #body(endpoint: Endpoint, step: Step): Buffer {
    const rows = step[endpoint] ?? [];
    if (typeof rows === 'string') return Buffer.from(rows);
    const data = endpoint === 'monitor' ? this.#monitor(rows, step) : this.#queue(rows);
    return Buffer.from(JSON.stringify(endpoint === 'monitor' ? { data, total: data.length } : { data }));
  }

  #monitor(rows: Exclude<Rows, string>, { idle = this.#case.idle }: Step): object[] {
    const legs = rows.map((row) => (typeof row === 'string' ? this.#leg(row) : row));
    const busy = new Set(legs.map((leg) => (leg as Fields)['extension']));
    return [...idle.filter((extension) => !busy.has(extension)).map(idleRow), ...legs];
  }

  #leg(row: string): object {
    const [name, state, changes] = cutRow(row);
    const own = this.#case.legs[name]!;
    const fields = { call_time: `@${this.#firstShown('monitor', name) - SHOWN_AFTER_S}`, ...own, ...changes };
    return {
      ...busyRow(changes['extension'] ?? own.extension),
      call_id: name,
      call_state: state,
      ...this.#dated(fields, plainTime),
    };
  }

  #queue(rows: Exclude<Rows, string>): object[] {
    return rows.map((row) => {
      if (typeof row !== 'string') return row;
      const [name, status, changes] = cutRow(row);
      const fields = this.#dated({ ...this.#case.entries[name]!, ...changes }, zonedTime);
      return { ...ENTRY, call_uuid: name, status, ...fields };
    });
  }

  /** The second in which a row is first shown. */
  #firstShown(endpoint: Endpoint, name: string): number {
    const index = this.#case.steps.findIndex(({ [endpoint]: rows = [] }) =>
      [rows].flat().some((row) => typeof row === 'string' && cutRow(row)[0] === name),
    );
    return this.#beginnings[index]! / 1_000;
  }

  #dated(fields: Fields, text: (at: Instant) => string): Fields {
    const ahead = this.#case.clockAhead * 1_000;
    const dated = (value: string): string => {
      const second = /^@(-?[\d.]+)$/.exec(value)?.[1];
      return second === undefined ? value : text(this.#beginsAt + Number(second) * 1_000 + ahead);
    };
    return Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, dated(value)]));
  }
}

/** A leg exists this long before the step that first shows it. */
const SHOWN_AFTER_S = 0.4;

const busyRow = (extension: string) => ({
  agent_name: `a${extension}`,
  b_cid_num: '',
  call_id: '',
  call_state: '',
  call_time: '',
  cid_num: '24052364',
  destination: extension,
  direction: 'inbound',
  domain_name: 'pbx.example',
  domain_uuid: '32f0b0ea-8489-4217-acc7-caeaf58b8bbe',
  extension,
  extension_uuid: `00000000-0000-4000-8000-${extension.padStart(12, '0')}`,
  last_name: '',
  middle_name: '',
  first_name: `a${extension}`,
  network_ip: '192.0.2.102',
  server_host: '192.0.2.6',
  user_agent: 'Pitel/3.20.5',
  user_uuid: '',
  username: `a${extension}`,
});

const idleRow = (extension: string) => ({
  ...busyRow(extension),
  cid_num: '',
  destination: '',
  direction: '',
});

const NEVER = '1970-01-01T08:00:00+08:00';
const ENTRY = {
  call_center_queue_uuid: '7bc3db7b-e95e-4afe-a345-a8385dfb31b7',
  call_center_queue_name: 'CSKH',
  call_center_agent_uuid: '',
  call_center_agent_name: '',
  mobile: '0914237383',
  status: 'Waiting',
  joined_time: NEVER,
  abandoned_time: NEVER,
  bridged_time: NEVER,
  rejoined_time: NEVER,
  call_uuid: '',
};

const HOURS_AHEAD = 7;
const zonedTime = (at: Instant) =>
  `${new Date(at + HOURS_AHEAD * 3_600_000).toISOString().slice(0, 'yyyy-mm-ddThh:mm:ss'.length)}+07:00`;
/** The monitor's times have no zone. */
const plainTime = (at: Instant) => zonedTime(at).slice(0, 'yyyy-mm-ddThh:mm:ss'.length).replace('T', ' ');
