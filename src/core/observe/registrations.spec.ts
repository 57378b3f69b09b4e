import { History, leg, T0 } from '../../../test/support/history.js';
import { findRegistration } from './registrations.js';

const iso = (seconds: number, ms = 0) => new Date(T0 + seconds * 1000 + ms).toISOString();

describe('registrations', () => {
  it('emits nothing for the first answer about an extension, and then each change once', () => {
    const history = new History();
    expect(history.emitted({ registered: { 107: true, 108: false } })).toEqual([]);
    expect(history.emitted({ registered: { 107: true, 108: false } })).toEqual([]);
    expect(history.emitted({ registered: { 107: false } })).toEqual(['extension-unregistered']);
    expect(history.emitted({ registered: { 107: false, 108: true } })).toEqual(['extension-registered']);
    expect(history.emitted({})).toEqual([]);
  });

  it('says between which requests the change lies', () => {
    const history = new History();
    history.poll({ at: 0, registered: { 107: true } });
    history.poll({ at: 30, registered: { 107: true } });
    const [lost] = history.poll({ at: 60, registered: { 107: false } });
    expect(lost).toEqual({
      type: 'extension-unregistered',
      subject: '107',
      discriminator: String(T0),
      time: T0 + 60_000,
      data: {
        extension: '107',
        registered: false,
        observed: { earliest: iso(29, 960), latest: iso(60), certainty: 'observed' },
      },
    });
  });

  it('treats the number and the uuid of an extension as one extension', () => {
    const history = new History();
    history.poll({ registered: { 'uuid-107': true } });
    expect(history.emitted({ registered: { 107: false } })).toEqual(['extension-unregistered']);
    expect(history.emitted({ registered: { 'uuid-107': false } })).toEqual([]);
    expect(history.state.registrations.size).toBe(1);
  });

  it('keeps the uuid of an extension that is asked for by number later, and finds it however that is written', () => {
    const history = new History();
    history.poll({ registered: { 'uuid-107': true } });
    history.poll({ registered: { 107: true } });
    const known = history.state.registrations.get('107');
    expect(known).toMatchObject({ extensionId: 'uuid-107' });
    expect(findRegistration(history.state.registrations, 'UUID-107')).toBe(known);
    expect(findRegistration(history.state.registrations, 'uuid-108')).toBeUndefined();
  });

  it('forgets an extension that the PBX does not know any more', () => {
    const history = new History();
    history.poll({ registered: { 107: true } });
    expect(history.emitted({ registered: { 107: 'not found' } })).toEqual([]);
    expect(history.state.registrations.size).toBe(0);
    expect(history.emitted({ registered: { 107: false } })).toEqual([]);
  });

  it('forgets an extension that has not been watched for days', () => {
    const history = new History();
    history.poll({ at: 0, registered: { 107: true, 108: true } });
    history.poll({ at: 3 * 86_400, registered: { 108: true } });
    expect([...history.state.registrations.keys()]).toEqual(['108']);
  });

  it('ignores an answer that was requested before the latest one', () => {
    const history = new History();
    history.poll({ at: 10, registered: { 107: true } });
    expect(history.emitted({ at: 5, registered: { 107: false } })).toEqual([]);
    expect(history.state.registrations.get('107')).toMatchObject({ registered: true });
  });

  it('takes an answer that lies far before the latest one: the clock was set back', () => {
    const history = new History();
    history.poll({ at: 3_600, registered: { 107: true } });
    expect(history.emitted({ at: 5, registered: { 107: false } })).toEqual(['extension-unregistered']);
  });

  describe('trap 13: the end of a leg', () => {
    const talking = leg({ signal: 'answered' });
    /** Longer than a softphone needs to reconnect. */
    const HELD = 11;
    const ended = (history: History) => {
      const polls = Array.from({ length: HELD }, () => history.poll({}));
      return polls.flat().find(({ type }) => type === 'call-ended');
    };

    it.each([
      ['is observed while its extension is registered', '107', true, 'observed'],
      ['is inferred when its extension has lost its registration', '107', false, 'inferred'],
      ['is inferred also if the extension is watched by its uuid', 'uuid-107', false, 'inferred'],
    ])('%s', (_, id, registered, certainty) => {
      const history = new History();
      history.poll({ legs: [leg()], registered: { [id]: true } });
      history.poll({ legs: [talking] });
      history.poll({ registered: { [id]: registered } });
      const event = ended(history);
      expect(event).toMatchObject({ data: { outcome: 'answered', observed: { certainty } } });
      if (!registered) expect(event).toMatchObject({ data: { talkMs: null } });
    });

    it('is inferred if the registration answer comes with the poll that confirms the end', () => {
      const history = new History();
      history.poll({ legs: [leg()], registered: { 107: true } });
      history.poll({ legs: [talking] });
      history.poll({});
      expect(history.emitted({ registered: { 107: false } })).toEqual(['extension-unregistered']);
      expect(ended(history)).toMatchObject({ data: { observed: { certainty: 'inferred' } } });
    });
  });
});
