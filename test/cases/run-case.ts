import { TenantCalls } from '../../src/core/index/tenant-calls.js';
import { DEFAULT_POLICY, EMPTY_STATE } from '../../src/core/model/call.js';
import { type BridgeEvent, toEvents } from '../../src/core/model/event.js';
import {
  ENDPOINTS,
  type Endpoint,
  type Instant,
  type Observations,
} from '../../src/core/model/observation.js';
import { decide } from '../../src/core/reconcile.js';
import { InstantReader } from '../../src/source/parse/instant.js';
import { listReaders } from '../../src/source/parse/list-reader.js';
import { PhoneNumbers } from '../../src/source/parse/phone-number.js';
import { decode, patch } from '../../src/store/stored/codec.js';
import type { Case } from './case-file.js';
import type { Pace } from './paces.js';
import { PbxScript } from './pbx-script.js';
import type { Run } from './right.js';

/**
 * Runs the bridge's list readers and core over a case, in virtual time. Endpoints are asked as the real loop asks them:
 * each at its own interval, together where they are due at nearly the same time, and sooner to confirm an absence. With
 * `restarts` the bridge begins again from its stored state after every poll.
 */
export function runCase(of: Case, { intervals, beginsAtMs }: Pace, { restarts = false } = {}): Run {
  const beginsAt = NOON + beginsAtMs;
  const pbx = new PbxScript(of, beginsAt);
  let readers = listReaders(LOCALE);
  let known = new TenantCalls(EMPTY_STATE);
  const stored = new Map<string, string>();
  const events: BridgeEvent[] = [];
  const dueAt: Record<Endpoint, Instant> = { monitor: beginsAt, queue: beginsAt };
  for (;;) {
    const now = Math.min(dueAt.monitor, dueAt.queue);
    if (now > pbx.endsAt) return { beginsAt, events, live: [...known.calls.keys()] };
    const due = ENDPOINTS.filter((endpoint) => dueAt[endpoint] <= now + intervals[endpoint] / 4);
    const at = { startedAt: now, at: now + ANSWERED_IN_MS };
    const observations: Observations = Object.fromEntries(
      due.map((endpoint) => [endpoint, readers[endpoint].read(pbx.answer(endpoint, now), at)]),
    );
    const { transitions, confirm, delta } = decide(known, observations, DEFAULT_POLICY);
    const stamp = { tenant: 'case', epoch: 'e', sequence: events.length, recordedAt: at.at };
    events.push(...toEvents(transitions, stamp));
    for (const endpoint of due) dueAt[endpoint] = now + intervals[endpoint];
    if (confirm)
      for (const endpoint of ENDPOINTS) dueAt[endpoint] = Math.min(dueAt[endpoint], now + CONFIRM_MS);
    if (!restarts) continue;
    const { set, remove } = patch(delta);
    for (const [field, text] of set) stored.set(field, text);
    for (const field of remove) stored.delete(field);
    known = new TenantCalls(decode('case', stored));
    readers = listReaders(LOCALE);
  }
}

const LOCALE = { instants: new InstantReader('Asia/Ho_Chi_Minh'), numbers: new PhoneNumbers('VN') };
const NOON = Date.UTC(2026, 2, 2, 5);
const CONFIRM_MS = 200;
const ANSWERED_IN_MS = 20;
