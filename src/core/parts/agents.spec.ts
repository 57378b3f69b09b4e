import { describe, expect, it } from '@jest/globals';
import { entry, leg } from '../../../test/support/history.js';
import { monitorAnswer } from '../../../test/support/parts.js';
import { agentNamesOf, extensionNamed, extensionOf, isNamed, namedExtensions, withAgents } from './agents.js';

describe('the agent that a queue row names', () => {
  it('has the name and the uuid of the row', () => {
    expect(agentNamesOf(entry({ agentName: 'agent_107', agentId: 'u-7' }))).toEqual(['agent_107', 'u-7']);
    expect(agentNamesOf(entry({ agentId: 'u-7' }))).toEqual(['u-7']);
    expect(agentNamesOf(entry())).toEqual([]);
  });

  it.each(['ring-all', 'Ring-All', 'RING-ALL', 'ring-progressively'])(
    'is none where the row says %s',
    (way) => {
      expect(agentNamesOf(entry({ agentName: way, agentId: way }))).toEqual([]);
    },
  );

  it('is one also where the name only begins like a way to ring', () => {
    expect(agentNamesOf(entry({ agentName: 'ring-all-107' }))).toEqual(['ring-all-107']);
  });

  it('is at the extension whose row shows the name, the username, or the uuid of agent or extension', () => {
    const owner = { agentName: 'Nga', username: 'nga', userId: 'user-7', extensionId: 'ext-7' };
    for (const name of ['Nga', 'nga', 'user-7', 'ext-7']) expect(isNamed(owner, [name])).toBe(true);
    expect(isNamed(owner, ['NGA'])).toBe(false);
    expect(isNamed(owner, ['Lan', 'nga'])).toBe(true);
    expect(isNamed(owner, [])).toBe(false);
    expect(isNamed({ agentName: null, username: null, userId: null, extensionId: null }, ['null'])).toBe(
      false,
    );
  });

  it('is the same in both ways to encode Vietnamese', () => {
    const [nfc, nfd] = ['Nguyễn'.normalize('NFC'), 'Nguyễn'.normalize('NFD')];
    const owner = { agentName: nfd, username: null, userId: null, extensionId: null };
    expect(isNamed(owner, agentNamesOf(entry({ agentName: nfc })))).toBe(true);
    expect(isNamed({ ...owner, agentName: nfc }, agentNamesOf(entry({ agentName: nfd })))).toBe(true);
  });
});

describe('the extension of an agent in an answer', () => {
  it('is the only one whose row shows the name, with or without a call', () => {
    const answer = monitorAnswer([leg({ ext: '107' })], ['108']);
    expect(extensionNamed(['agent-107'], namedExtensions(answer))).toBe('107');
    expect(extensionNamed(['user-108'], namedExtensions(answer))).toBe('108');
    expect(extensionNamed(['agent-109'], namedExtensions(answer))).toBeUndefined();
  });

  it('is not known where two show the name', () => {
    const both = [leg({ ext: '107' }), leg({ ext: '108', callId: 'leg-2', agentName: 'agent-107' })];
    expect(extensionNamed(['agent-107'], namedExtensions(monitorAnswer(both)))).toBeUndefined();
    const twice = [leg({ ext: '107' }), leg({ ext: '107', callId: 'leg-2' })];
    expect(extensionNamed(['agent-107'], namedExtensions(monitorAnswer(twice)))).toBe('107');
  });
});

const withAgent = (agents: ReadonlyMap<string, string>, names: readonly string[], extension: string) =>
  withAgents(agents, [{ names, extension }]);

describe('the extensions that were learnt', () => {
  it('are found by any of the names', () => {
    const agents = withAgent(new Map(), ['agent_107', 'u-7'], '107');
    expect(extensionOf(['u-7'], agents)).toBe('107');
    expect(extensionOf(['new-name', 'agent_107'], agents)).toBe('107');
    expect(extensionOf(['agent_108'], agents)).toBeUndefined();
    expect(extensionOf([], agents)).toBeUndefined();
  });

  it('follow an agent who sits down elsewhere', () => {
    const before = withAgent(new Map(), ['agent_107'], '107');
    const after = withAgent(before, ['agent_107'], '108');
    expect(extensionOf(['agent_107'], after)).toBe('108');
    expect(extensionOf(['agent_107'], before)).toBe('107');
  });

  it('are the same object where nothing is new, so that nothing is written', () => {
    const agents = withAgent(new Map(), ['agent_107'], '107');
    expect(withAgent(agents, ['agent_107'], '107')).toBe(agents);
    expect(withAgent(agents, [], '107')).toBe(agents);
  });

  it('forget the names that were learnt longest ago, beyond 5,000', () => {
    let agents: ReadonlyMap<string, string> = new Map(
      Array.from({ length: 5_000 }, (_, nth) => [`agent_${nth}`, String(nth)]),
    );
    agents = withAgent(agents, ['agent_0'], '107');
    expect(agents.size).toBe(5_000);
    agents = withAgent(agents, ['agent_new'], '108');
    expect(agents.size).toBe(5_000);
    expect(extensionOf(['agent_1'], agents)).toBeUndefined();
    expect([extensionOf(['agent_0'], agents), extensionOf(['agent_new'], agents)]).toEqual(['107', '108']);
  });
});
