import { token } from '../../support/delivery.js';
import { ATTACKED, type Field, MOST_CONNECT_MS, type Voice, withstands } from '../bulkhead.js';
import { keepsTime, type Scenario, times } from '../scenario.js';

/** What clients do at the edges of the bridge: connections, handshakes, requests and what they leave unread. */

/** What one of the bounds on clients says when it bites. */
function voiceOf(...limits: string[]): Voice {
  return {
    line: ({ msg, limit }: { msg: string; limit?: string }) =>
      msg.startsWith('limit reached: ') && limits.includes(limit ?? ''),
    metric: 'pitel_limits_reached_total',
    shown: ({ ready }) =>
      limits.some((limit) => new RegExp(`limits reached: [^"]*\\b${limit}\\b`).test(ready)),
  };
}

/** Attacks for as long as the form allows, notes what came of it, and resolves with that. */
async function strike(field: Field, name: string, args: object): Promise<Counts> {
  const ms = field.long ? 30_000 : 4_000;
  const attacker = field.attacker(name, { url: field.url, ms, ...args });
  await attacker.ready();
  const counts = (await attacker.line(1)) as Counts;
  field.tally.injected += 1;
  field.tally.notes.push(`${name}: ${JSON.stringify(counts)}`);
  return counts;
}

type Counts = Readonly<Record<string, number>>;

export const pinged: Scenario = {
  row: 20,
  fault:
    'four sockets without a token that send ping frames as fast as they can, and reconnect when they are cut',
  invariant: 'who floods is cut at once, and a cut is no loop',
  testedIn: 'src/deliver/socket/floods.spec.ts',
  run: (chaos) =>
    withstands(chaos, {
      strike: async (field) => void (await strike(field, 'ping-frames', { sockets: 4 })),
      voice: voiceOf('messages', 'bytes'),
    }),
};

export const unread: Scenario = {
  row: 24,
  fault: '400 connections of one subject that ask for long pages and read nothing',
  invariant: 'answers that are not read cost bounded memory, and no other client its turn',
  testedIn: 'src/deliver/access/request-limits.spec.ts',
  run: (chaos) =>
    withstands(chaos, {
      strike: async (field) => {
        const greedy = await token({ tenant: ATTACKED, sub: 'greedy' });
        await strike(field, 'unread-answers', { token: greedy, connections: times(chaos, 100, 400) });
      },
      voice: voiceOf('requests', 'answer-bytes', 'write-timeout'),
    }),
};

export const polledByMany: Scenario = {
  row: 25,
  fault: '2,000 polling sessions of one subject that fetch nothing',
  invariant: 'what waits for polling clients is bounded over all of them',
  testedIn: 'src/deliver/socket/floods.spec.ts',
  run: (chaos) =>
    withstands(chaos, {
      // Few enough for the short form to reach; the long one has the default.
      env: { CONNECTIONS_PER_SUBJECT_MAX: String(times(chaos, 50, 2_000)) },
      strike: async (field) => {
        const greedy = await token({ tenant: ATTACKED, sub: 'greedy' });
        await strike(field, 'polling-sessions', { token: greedy, sessions: times(chaos, 500, 2_000) });
      },
      voice: voiceOf('polling-bytes', 'subject'),
    }),
};

export const lookedUp: Scenario = {
  row: 28,
  fault: 'look-ups of registrations of random numbers and uuids, fifty at once',
  invariant: 'look-ups are few at the PBX and delay no poll',
  testedIn: 'src/deliver/http/registration-query.spec.ts',
  run: (chaos) =>
    withstands(chaos, {
      strike: async (field) => {
        const { tally, rig } = field;
        const pbx = rig.pbx(ATTACKED);
        const begun = performance.now();
        await strike(field, 'random-lookups', {
          token: await token({ tenant: ATTACKED, sub: 'curious' }),
          narrow: await token({ tenant: ATTACKED, sub: 'agent', extensions: ['107'] }),
        });
        // Ten at once and one a second, whatever clients ask.
        const most = 10 + Math.ceil((performance.now() - begun) / 1_000);
        tally.notes.push(`asked of the PBX: ${pbx.registrationsAsked}`);
        tally.demand(pbx.registrationsAsked > 0, 'the PBX was asked nothing');
        tally.demand(pbx.registrationsAsked <= most, `the PBX was asked ${pbx.registrationsAsked} times`);
      },
      voice: voiceOf('lookups'),
    }),
};

export const fewDescriptors: Scenario = {
  row: 30,
  fault: '1,000 idle connections to a bridge that may open 256 descriptors',
  invariant: 'polls, agents and probes find a descriptor free',
  testedIn: 'src/app/descriptors.spec.ts',
  run: (chaos) =>
    withstands(chaos, {
      env: { TEST_OPEN_FILES: '256' },
      ownHealthPort: true,
      strike: async (field) => void (await strike(field, 'idle-connections', { connections: 1_000 })),
      voice: voiceOf('tokenless', 'connections'),
    }),
};

/** Addresses of this machine, so that they are not the proxy's. */
const STRANGER = '127.0.0.66';
const OFFICE = '127.0.0.77';

export const lockedOut: Scenario = {
  row: 33,
  fault: '5,100 anonymous handshakes of one client through nginx, which come back when they are cut',
  invariant: 'no agent is locked out, nor slowed down, by who has another address',
  testedIn: 'src/deliver/behind-a-proxy.spec.ts',
  run: (chaos) =>
    withstands(chaos, {
      behind: 'nginx',
      strike: async (field) => {
        const handshakes = times(chaos, 600, 5_100);
        const { begun = 0 } = await strike(field, 'anonymous-handshakes', { from: STRANGER, handshakes });
        field.tally.demand(begun >= handshakes, `${begun} handshakes were begun, fewer than ${handshakes}`);
        const slowed = field.bridges
          .flatMap(({ service }) => service.lines)
          .flatMap((line) =>
            'limit' in line && line.limit === 'failures' ? [(line as { client?: string }).client] : [],
          );
        const others = slowed.filter((client) => client !== undefined && client !== STRANGER);
        field.tally.demand(others.length === 0, `${others.join()} had to wait`);
      },
      voice: voiceOf('tokenless', 'failures'),
    }),
};

export const reloaded: Scenario = {
  row: 34,
  fault: '300 agents behind one NAT who all reload at once, each with an expired token first',
  invariant: 'none of them is refused, and each gets every event',
  testedIn: 'src/deliver/behind-a-proxy.spec.ts',
  run: (chaos) =>
    withstands(chaos, {
      behind: 'nginx',
      strike: async (field) => {
        const agents = times(chaos, 250, 300);
        const counts = await strike(field, 'reloading-agents', { from: OFFICE, tenant: ATTACKED, agents });
        const { reloads = 0, refused = 0, holes = 0, slowestMs = Infinity } = counts;
        field.tally.demand(reloads >= agents, `${reloads} reloads of ${agents} agents`);
        field.tally.demand(refused === 0, `${refused} times an agent was refused`);
        field.tally.demand(holes === 0, `${holes} holes in what agents got`);
        keepsTime(chaos, 'until a reloaded page had a snapshot', [slowestMs], MOST_CONNECT_MS);
      },
      voice: voiceOf('failures'),
    }),
};
