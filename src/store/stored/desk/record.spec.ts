import { describe, expect, it } from '@jest/globals';
import { anEndedCall, NOON } from '../../desk-store.contract-kit.js';
import { encodeRecord, readRecord } from './record.js';

describe('the record of an ended call', () => {
  it.each([
    ['with all that it may have', anEndedCall('call-1')],
    ['with as little as it can', anEndedCall('call-2', { isBare: true })],
    ['whose ids are odd', anEndedCall('a b:c\n\t"\\\ud83d😀', { eventId: 'x/call-ended/odd' })],
  ])('comes back as it was, %s', (_what, record) => {
    const [field, text] = encodeRecord(record);
    expect(readRecord(field, text)).toEqual(record);
  });

  it('has a short field and a short line where the ids are uuids', () => {
    const uuid = 'fde4ff73-b191-45c2-a0ce-0fe8c7b70e85';
    const record = anEndedCall(uuid, { terms: { queues: [uuid] } });
    const [field, text] = encodeRecord(record);
    expect(field).toHaveLength(23);
    expect(text).not.toContain(uuid);
    expect(readRecord(field, text)).toEqual(record);
  });

  it('is short', () => {
    const [, text] = encodeRecord(anEndedCall('1730099999.12345'));
    expect(text.length).toBeLessThan(JSON.stringify(anEndedCall('1730099999.12345')).length * 0.4);
  });

  it('names once what the call names several times', () => {
    const uuid = 'fde4ff73-b191-45c2-a0ce-0fe8c7b70e85';
    const record = anEndedCall('call-1');
    const view = { ...record.view, extensions: [{ ...record.view.extensions[0]!, extensionId: uuid }] };
    const offer = { extension: '101', agentName: 'Lan', outcome: 'answered', at: NOON } as const;
    const story = { ...record.story, offers: [offer, offer, { ...offer, agentName: 'Mai' }] };
    const [field, text] = encodeRecord({ ...record, view, story });
    expect(readRecord(field, text)).toEqual({ ...record, view, story });
    expect(text.match(/Lan/g)).toHaveLength(1);
    expect(text).not.toContain(uuid);
  });

  it.each([
    { raw: '0905111222', e164: '+84905111222', national: '0905111222' },
    { raw: '84905111222', e164: '+84905111222', national: '0905111222' },
    { raw: '0905111222', e164: null, national: '0905111222' },
    { raw: '5', e164: '+845', national: '5' },
    { raw: '', e164: null, national: null },
    { raw: '~', e164: null, national: null },
  ])('keeps the forms of a number, %j', (customer) => {
    const record = anEndedCall('call-1');
    const [field, text] = encodeRecord({ ...record, view: { ...record.view, customer } });
    expect(readRecord(field, text)?.view.customer).toEqual(customer);
  });

  it.each([
    { id: null, name: null, username: null, extension: null },
    { id: '7', name: 'Lan', username: 'lan', extension: null },
    { id: '7', name: 'Lan', username: 'Lan', extension: '999' },
    { id: '~7', name: null, username: '0', extension: '101' },
  ])('keeps the agent, %j', (agent) => {
    const record = anEndedCall('call-1');
    const [field, text] = encodeRecord({ ...record, view: { ...record.view, agent } });
    expect(readRecord(field, text)?.view.agent).toEqual(agent);
  });

  it('is read with what a newer build has added', () => {
    const record = anEndedCall('call-1');
    const [field, text] = encodeRecord(record);
    const [line, json] = text.split('\n') as [string, string];
    const form = JSON.parse(json) as unknown[];
    const [, , , , view, story, more] = form as [
      0,
      0,
      0,
      0,
      unknown[],
      [unknown[], ...unknown[][][]],
      object,
    ];
    const lists = [form, view, story, story[0], story[1]![0]!, story[2]![0]!, story[3]![0]!];
    for (const list of lists) list.push({ newer: 1 });
    Object.assign(more, { newer: 1 });
    expect(readRecord(field, `${line}\n${JSON.stringify(form)}`)).toEqual(record);
  });

  it('is not read in another form, nor where a place names nothing', () => {
    const [field, text] = encodeRecord(anEndedCall('call-1'));
    expect(readRecord(field, text.replace('\n[1,', '\n[2,'))).toBeNull();
    expect(readRecord(field, text.replace(/\[\["101",[^\]]*\]/, '[["101"'))).toBeNull();
    const [line, json] = text.split('\n') as [string, string];
    const form = JSON.parse(json) as unknown[];
    form[2] = [];
    expect(readRecord(field, `${line}\n${JSON.stringify(form)}`)).toBeNull();
  });

  it.each([
    '',
    'x',
    '{}',
    '\n{}',
    '9999999999999\n',
    '9999999999999\n{}',
    '9999999999999\n[1]',
    '9999999999999\tl\\\n{"v":1}',
  ])('is not read from %j', (text) => {
    expect(readRecord('call-1', text)).toBeNull();
  });
});
