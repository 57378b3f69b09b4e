import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ObservedQueueEntry } from '../../core/model/observation.js';
import { InstantReader } from './instant.js';
import { PhoneNumbers } from './phone-number.js';
import { entryStrength, readQueueRow } from './queue-row.js';

const locale = { instants: new InstantReader('Asia/Ho_Chi_Minh'), numbers: new PhoneNumbers('VN') };
const sample = (
  JSON.parse(readFileSync('test/fixtures/pitel/queue.json', 'utf8')) as { data: Record<string, unknown>[] }
).data[0]!;

const read = (row: Record<string, unknown>) => readQueueRow({ ...sample, ...row }, locale);

function entry(row: Record<string, unknown>): ObservedQueueEntry {
  const reading = read(row);
  if (reading.kind !== 'row') throw new Error(JSON.stringify(reading));
  return reading.row;
}

it("the vendor's queue sample is an answered queue entry without an abandonment and without a resume", () => {
  const rowKey = `7bc3db7b-e95e-4afe-a345-a8385dfb31b7|0865662711|${Date.parse('2023-10-12T10:48:19Z')}`;
  const place = `7bc3db7b-e95e-4afe-a345-a8385dfb31b7|${Date.parse('2023-10-12T10:48:19Z')}|0`;
  expect(read({})).toEqual({
    kind: 'row',
    key: `${rowKey}|0|34f6a205-121c-4fa3-bb94-414c5aff5995`,
    row: {
      key: `${rowKey}|0|34f6a205-121c-4fa3-bb94-414c5aff5995`,
      rowKey,
      entryKey: `${rowKey}|0`,
      queueId: '7bc3db7b-e95e-4afe-a345-a8385dfb31b7',
      queueName: 'Nhi_Test_39989220',
      agentId: '1c1b04d6-f155-48b2-a9b5-e85ca683097b',
      agentName: 'agent_nhi',
      customer: { raw: '0865662711', e164: '+84865662711', national: '0865662711' },
      status: 'answered',
      joinedAt: Date.parse('2023-10-12T10:48:19Z'),
      bridgedAt: Date.parse('2023-10-12T10:48:26Z'),
      abandonedAt: null,
      rejoinedAt: null,
      callId: '34f6a205-121c-4fa3-bb94-414c5aff5995',
      fallbackId: `q-${createHash('sha256').update(place).digest('hex').slice(0, 32)}`,
    },
  });
});

it('trap 8: an old Abandoned row and a new Trying row of the same caller have different identities', () => {
  const old = entry({ status: 'Abandoned' });
  const fresh = entry({ status: 'Trying', joined_time: '2023-10-12T17:55:00+07:00' });
  expect(fresh.rowKey).not.toBe(old.rowKey);
  expect(fresh.fallbackId).not.toBe(old.fallbackId);
});

it('the id that a call gets without any of the PBX says nothing about the number', () => {
  const { fallbackId } = entry({});
  expect(entry({ mobile: '0905111222' }).fallbackId).toBe(fallbackId);
  expect(entry({ call_center_queue_uuid: 'another' }).fallbackId).not.toBe(fallbackId);
});

it('the join instant counts, not how it is written', () => {
  expect(entry({ joined_time: '2023-10-12T10:48:19Z' }).entryKey).toBe(entry({}).entryKey);
});

it('a resume keeps the row and is a new queue entry, and abandoned_time is read as it is', () => {
  const resumed = entry({
    status: 'Waiting',
    abandoned_time: '2023-10-12T17:49:00+07:00',
    rejoined_time: '2023-10-12T17:49:30+07:00',
  });
  expect(resumed.rowKey).toBe(entry({}).rowKey);
  expect(resumed.entryKey).toBe(`${resumed.rowKey}|${Date.parse('2023-10-12T10:49:30Z')}`);
  expect(resumed.fallbackId).not.toBe(entry({}).fallbackId);
  expect(resumed.abandonedAt).toBe(Date.parse('2023-10-12T10:49:00Z'));
});

it('a rejoined_time that is not after the join is no resume', () => {
  for (const rejoined_time of ['2023-10-12T17:48:19+07:00', '2023-10-12T17:00:00+07:00', null, '']) {
    expect(entry({ rejoined_time }).rejoinedAt).toBeNull();
  }
});

it('a status in any case is understood, and another word is unknown', () => {
  const status = (word: unknown) => entry({ status: word }).status;
  expect(['WAITING', 'trying', 'Answered', 'Abandoned'].map(status)).toEqual([
    'waiting',
    'trying',
    'answered',
    'abandoned',
  ]);
  expect(['', null, 'Unknown', 'constructor'].map(status)).toEqual(Array(4).fill('unknown'));
});

it('an end counts more than waiting, and an answer most: a restart of the call-centre module abandons answered rows', () => {
  const words = ['Unknown', 'Waiting', 'Trying', 'Abandoned', 'Answered'];
  const strengths = words.map((status) => entryStrength(entry({ status })));
  expect(strengths).toEqual(strengths.toSorted((a, b) => a - b));
  expect(new Set(strengths).size).toBe(words.length);
});

it('call_uuid is an alias: null once it is empty', () => {
  for (const call_uuid of ['', null, undefined]) expect(entry({ call_uuid }).callId).toBeNull();
});

it('a row without an identity is bad', () => {
  expect(read({ call_center_queue_uuid: null })).toMatchObject({ reason: 'call_center_queue_uuid missing' });
  expect(read({ joined_time: '1970-01-01T08:00:00+08:00' })).toMatchObject({ reason: 'joined_time missing' });
  expect(read({ joined_time: 'yesterday' })).toMatchObject({ reason: 'joined_time unreadable' });
  expect(read({ rejoined_time: 'yesterday' })).toMatchObject({ reason: 'rejoined_time unreadable' });
  expect(read({ status: [] })).toMatchObject({ kind: 'bad', reason: 'status is not text' });
});

it('a caller without a number still has a queue entry', () => {
  expect(entry({ mobile: null })).toMatchObject({ customer: null, queueId: sample.call_center_queue_uuid });
});

it('times that are only estimates may be unreadable', () => {
  expect(entry({ bridged_time: 'soon', abandoned_time: {} })).toMatchObject({
    bridgedAt: null,
    abandonedAt: null,
  });
});
