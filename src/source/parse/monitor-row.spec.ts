import { readFileSync } from 'node:fs';
import type { ObservedLeg } from '../../core/model/observation.js';
import { InstantReader } from './instant.js';
import { legStrength, readMonitorRow } from './monitor-row.js';
import { PhoneNumbers } from './phone-number.js';

const locale = { instants: new InstantReader('Asia/Ho_Chi_Minh'), numbers: new PhoneNumbers('VN') };
const sample = (
  JSON.parse(readFileSync('test/fixtures/pitel/monitor.json', 'utf8')) as { data: Record<string, unknown>[] }
).data[0]!;

const read = (row: Record<string, unknown>) => readMonitorRow({ extension: '107', ...row }, locale);

function leg(row: Record<string, unknown>): ObservedLeg {
  const reading = read({ call_id: 'c1', call_state: 'ONCALL', ...row });
  if (reading.kind !== 'row') throw new Error(JSON.stringify(reading));
  return reading.row;
}

/** The raw numbers of a leg's participants. */
function participants(row: Record<string, unknown>) {
  const { customer, hotline } = leg(row);
  return { customer: customer?.raw ?? null, hotline: hotline?.raw ?? null };
}

it("the vendor's monitor sample is an answered outbound leg of extension 107", () => {
  expect(readMonitorRow(sample, locale)).toEqual({
    kind: 'row',
    key: '107|df3bd13a-0cb4-455a-ac70-92ed00e13dd7',
    row: {
      key: '107|df3bd13a-0cb4-455a-ac70-92ed00e13dd7',
      callId: 'df3bd13a-0cb4-455a-ac70-92ed00e13dd7',
      extension: '107',
      extensionId: '290619f4-c6db-40b2-8bb5-38f0ae5c3185',
      agentName: 'thanhhoang',
      username: 'thanhhoang',
      userId: null,
      signal: 'answered',
      direction: 'outbound',
      role: 'caller',
      customer: { raw: '0914237383', e164: '+84914237383', national: '0914237383' },
      hotline: { raw: '24052364', e164: null, national: null },
      peer: null,
      dialled: null,
      ringWait: false,
      ownCustomer: false,
      startedAt: Date.parse('2023-04-10T10:02:51.000Z'),
      asLeg: {
        leg: expect.objectContaining({ direction: 'inbound', role: 'callee' }),
        destination: 'other',
        placed: false,
      },
    },
  });
});

it('of the rows of one leg an answered one counts most, and one that says nothing least', () => {
  const [unclear, ringing, answered] = ['MOVED', 'RINGING', 'ONCALL'].map((call_state) =>
    legStrength(leg({ call_state })),
  );
  expect(answered).toBeGreaterThan(ringing!);
  expect(ringing).toBeGreaterThan(unclear!);
});

const NO_OWNER = { extensionId: null, agentName: null, username: null, userId: null };

describe('what a row is', () => {
  it('trap 3: rows with an empty call_id are idle extensions and never a call', () => {
    for (const call_id of ['', null, undefined, '  ', '00000000-0000-0000-0000-000000000000']) {
      for (const call_state of ['', null, undefined, 'DOWN', 'REGISTERED']) {
        expect(read({ call_id, call_state })).toEqual({ kind: 'idle', extension: '107', owner: NO_OWNER });
      }
    }
  });

  it('a call without an identity is a bad row, neither idle nor a leg', () => {
    for (const call_state of ['RINGING', 'oncall', 'HELD']) {
      expect(read({ call_id: null, call_state })).toEqual({ kind: 'bad', reason: 'call_id missing' });
    }
  });

  it('a row without an extension and without a call is empty', () => {
    for (const extension of ['', null])
      for (const call_id of ['', null, '00000000-0000-0000-0000-000000000000'])
        expect(read({ extension, call_id, call_state: '' })).toEqual({ kind: 'empty' });
    expect(read({ extension: '', call_id: '', call_state: 'DOWN' })).toMatchObject({ kind: 'bad' });
  });

  it('a row without an extension is bad, and so is one with fields of another type', () => {
    expect(read({ extension: '', call_id: 'c1' })).toEqual({ kind: 'bad', reason: 'extension missing' });
    expect(read({ extension: null })).toEqual({ kind: 'bad', reason: 'extension missing' });
    expect(read({ call_id: { secret: 1 } })).toEqual({ kind: 'bad', reason: 'call_id is not text' });
    expect(read({ call_id: 'c1', call_state: true })).toEqual({
      kind: 'bad',
      reason: 'call_state is not text',
    });
    expect(readMonitorRow(null, locale)).toEqual({ kind: 'bad', reason: 'not an object' });
    expect(readMonitorRow(['107'], locale)).toEqual({ kind: 'bad', reason: 'not an object' });
  });

  it('numbers where text is expected are taken as text', () => {
    expect(leg({ extension: 107, call_id: 12, b_cid_num: 914237383 })).toMatchObject({
      key: '107|12',
      customer: { e164: '+84914237383' },
    });
  });

  it('a wrong type in a field that is only displayed empties that field and keeps the row', () => {
    expect(leg({ agent_name: {}, username: ['x'], user_uuid: false, call_time: 5 })).toMatchObject({
      agentName: null,
      username: null,
      userId: null,
      startedAt: null,
    });
  });
});

describe('what call_state says', () => {
  it.each([
    ['answered', ['ONCALL', 'oncall', 'ACTIVE', 'HELD', 'UNHELD', ' OnCall ']],
    ['ringing', ['RINGING', 'Ringing', 'RING_WAIT', 'DIALING', 'EARLY']],
    ['unclear', ['DOWN', '', null, undefined, 'PARKED', 'constructor', '__proto__']],
  ])('%s', (signal, words) => {
    for (const call_state of words) expect(leg({ call_state }).signal).toBe(signal);
  });
});

describe('the direction', () => {
  it('is taken as written, in any case', () => {
    expect(leg({ direction: 'INBOUND' }).direction).toBe('inbound');
    expect(leg({ direction: 'Local' }).direction).toBe('local');
  });

  it('is inferred from the numbers where it is not written', () => {
    const inferred = (cid_num: string, destination: string) => leg({ cid_num, destination }).direction;
    expect(inferred('0914237383', '107')).toBe('inbound');
    expect(inferred('101', '102')).toBe('local');
    expect(inferred('101', '107')).toBe('local');
    expect(inferred('0914237383', '')).toBe('inbound');
    expect(inferred('107', '0914237383')).toBe('outbound');
    expect(leg({ direction: 'sideways', destination: '107' }).direction).toBe('inbound');
  });
});

it('a feature code is neither customer nor hotline, whatever the direction', () => {
  for (const direction of ['inbound', 'outbound']) {
    expect(leg({ direction, b_cid_num: '107', cid_num: '107', destination: '*33106' })).toMatchObject({
      dialled: '*33106',
      customer: null,
      hotline: null,
    });
    expect(participants({ direction, b_cid_num: '*8', cid_num: '19001234', destination: '*8' })).toEqual({
      customer: direction === 'outbound' ? '19001234' : null,
      hotline: direction === 'outbound' ? null : '19001234',
    });
  }
  expect(leg({ direction: 'outbound', destination: '0914237383' }).dialled).toBeNull();
});

it('RING_WAIT is kept, beside what it means for the leg', () => {
  expect(leg({ call_state: 'ring_wait' })).toMatchObject({ signal: 'ringing', ringWait: true });
  expect(leg({ call_state: 'RINGING' }).ringWait).toBe(false);
});

describe('a row whose direction is the leg’s', () => {
  const asLeg = (row: Record<string, unknown>) => {
    const other = leg(row).asLeg;
    if (other === undefined) return null;
    const { direction, role, customer, hotline, peer } = other.leg;
    return {
      direction,
      role,
      customer: customer?.raw,
      hotline: hotline?.raw,
      peer,
      destination: other.destination,
    };
  };

  it('and that the PBX placed, is an inbound call’s, whether it names the hotline or the extension', () => {
    const row = { direction: 'outbound', b_cid_num: '0914237383', cid_num: '0914237383' };
    const inbound = { direction: 'inbound', role: 'callee', customer: '0914237383', peer: null };
    expect(asLeg({ ...row, destination: '24052364' })).toEqual({
      ...inbound,
      hotline: '24052364',
      destination: 'other',
    });
    expect(asLeg({ ...row, destination: '107' })).toEqual({ ...inbound, destination: 'own' });
  });

  it('and that the extension placed, is an outbound call’s, whose destination is the customer', () => {
    const row = { direction: 'inbound', cid_num: '107', b_cid_num: '02473001234', destination: '0914237383' };
    expect(asLeg(row)).toEqual({
      direction: 'outbound',
      role: 'caller',
      customer: '0914237383',
      hotline: '02473001234',
      peer: null,
      destination: 'other',
    });
    expect(leg(row)).toMatchObject({ direction: 'inbound', customer: { raw: '02473001234' } });
  });

  it('shows that the extension placed it by the extension as the caller between two outside lines', () => {
    const row = { direction: 'inbound', cid_num: '107', b_cid_num: '02473001234', destination: '0914237383' };
    const isPlaced = (given: Record<string, unknown>) => leg({ ...row, ...given }).asLeg?.placed;
    expect(isPlaced({})).toBe(true);
    expect(isPlaced({ b_cid_num: '19006800' })).toBe(true);
    // As the call's, such a row is an extension's that has picked a call up, one that was called, or of a local call.
    expect(isPlaced({ b_cid_num: '107' })).toBe(false);
    expect(isPlaced({ b_cid_num: '' })).toBe(false);
    expect(isPlaced({ b_cid_num: '+84914237383' })).toBe(false);
    expect(isPlaced({ cid_num: '108' })).toBe(false);
    for (const destination of ['107', '108', '**106', '19006800', ''])
      expect(isPlaced({ destination })).toBe(false);
  });

  it('is a local call’s where all numbers are extensions or a feature code', () => {
    const caller = { direction: 'inbound', cid_num: '107', b_cid_num: '107', destination: '108' };
    const callee = { direction: 'outbound', cid_num: '108', b_cid_num: '108', destination: '107' };
    expect(asLeg(caller)).toMatchObject({ direction: 'local', role: 'caller', peer: '108' });
    expect(asLeg(callee)).toMatchObject({
      direction: 'local',
      role: 'callee',
      peer: '108',
      destination: 'own',
    });
    expect(asLeg({ ...caller, destination: '*8' })).toMatchObject({
      direction: 'local',
      role: 'caller',
      peer: null,
    });
  });

  it('calls a customer where the destination says so', () => {
    const row = { direction: 'outbound', b_cid_num: '0914237383', cid_num: '02473001234' };
    expect(asLeg({ ...row, destination: '+84914237383' })?.destination).toBe('customer');
  });

  it('is the same leg in all else, and has no third reading', () => {
    const { asLeg: other, ...row } = leg({
      direction: 'outbound',
      destination: '107',
      call_state: 'RINGING',
    });
    const { direction, role, customer, hotline, peer } = other!.leg;
    expect(other!.leg).toEqual({ ...row, direction, role, customer, hotline, peer });
  });

  it('reads the same where it says anything else', () => {
    for (const direction of ['local', '', 'sideways'])
      expect(asLeg({ direction, destination: '107' })).toBeNull();
  });
});

describe('customer and hotline', () => {
  it('follow the documentation where the row does', () => {
    const row = { direction: 'inbound', b_cid_num: '0914237383', cid_num: '19001234', destination: '107' };
    expect(participants(row)).toEqual({ customer: '0914237383', hotline: '19001234' });
  });

  it('are found when the fields are swapped', () => {
    const row = { direction: 'inbound', b_cid_num: '19001234', cid_num: '0914237383', destination: '107' };
    expect(participants(row)).toEqual({ customer: '0914237383', hotline: '19001234' });
  });

  it('are a hotline and no customer where a caller who withholds the number leaves the first field empty', () => {
    const row = { direction: 'inbound', b_cid_num: '', cid_num: '19001234', destination: '107' };
    expect(participants(row)).toEqual({ customer: null, hotline: '19001234' });
  });

  it('are not the extension itself', () => {
    expect(
      participants({ direction: 'outbound', b_cid_num: '107', cid_num: '107', destination: '0914237383' }),
    ).toEqual({ customer: '0914237383', hotline: null });
    expect(
      participants({
        direction: 'outbound',
        b_cid_num: '107',
        cid_num: '19001234',
        destination: '0914237383',
      }),
    ).toEqual({ customer: '0914237383', hotline: '19001234' });
  });

  it('are not one number twice in two spellings', () => {
    const row = {
      direction: 'inbound',
      b_cid_num: '0914237383',
      cid_num: '+84914237383',
      destination: '24052364',
    };
    expect(participants(row)).toEqual({ customer: '0914237383', hotline: '24052364' });
  });

  it('a hotline is neither an extension nor a word', () => {
    const row = { direction: 'inbound', b_cid_num: '0914237383', cid_num: 'anonymous', destination: '108' };
    expect(participants(row)).toEqual({ customer: '0914237383', hotline: null });
  });

  it('an anonymous caller stays the customer', () => {
    const row = { direction: 'inbound', b_cid_num: 'anonymous', cid_num: '02471091234', destination: '107' };
    expect(participants(row)).toEqual({ customer: 'anonymous', hotline: '02471091234' });
  });

  it('nothing is invented where the row has nothing', () => {
    expect(participants({ direction: 'inbound' })).toEqual({ customer: null, hotline: null });
  });
});

describe('a local leg', () => {
  const local = (row: Record<string, unknown>) => leg({ direction: 'local', ...row });

  it('names the other extension and has no customer', () => {
    expect(local({ cid_num: '107', b_cid_num: '107', destination: '108' })).toMatchObject({
      role: 'caller',
      peer: '108',
      customer: null,
      hotline: null,
    });
    expect(local({ cid_num: '108', b_cid_num: '108', destination: '107' })).toMatchObject({
      role: 'callee',
      peer: '108',
    });
  });

  it('that carries an outside number is about that customer', () => {
    expect(local({ cid_num: '108', b_cid_num: '0914237383', destination: '107' })).toMatchObject({
      customer: { e164: '+84914237383' },
      hotline: null,
    });
  });

  it('has a role that is inferred from the few fields of the row', () => {
    expect(local({ cid_num: '', destination: '108' }).role).toBe('caller');
    expect(local({ cid_num: '108', destination: '108' }).role).toBe('callee');
    expect(local({ cid_num: '', destination: '' }).role).toBe('callee');
    expect(local({ cid_num: '107', destination: '' }).role).toBe('caller');
  });

  it('that dialled a feature code keeps it, and takes it for no number', () => {
    const pickUp = { cid_num: '107', b_cid_num: '107', destination: '**106', direction: 'local' };
    expect(leg(pickUp)).toMatchObject({ dialled: '**106', role: 'caller', peer: null, customer: null });
    expect(leg({ ...pickUp, direction: '' })).toMatchObject({ direction: 'local', dialled: '**106' });
  });

  it('only local legs have a peer', () => {
    expect(leg({ direction: 'inbound', destination: '108', cid_num: '0914237383' }).peer).toBeNull();
  });
});
