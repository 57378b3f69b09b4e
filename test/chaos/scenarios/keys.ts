import { setTimeout as pause } from 'node:timers/promises';
import { io } from 'socket.io-client';
import { KeyServer, type ProviderKey, providerKey } from '../../support/key-server.js';
import { ATTACKED, type Field, withstands } from '../bulkhead.js';
import { type Scenario, times } from '../scenario.js';

/**
 * A process's clock cannot be moved, so the hour is compressed: with the shortest `JWKS_MAX_STALE` that gives the same steps
 * (the set is read four times within it), the set is away for a half of that time, where an hour is a twenty-fourth of
 * the default. The true hour, and the day after it, are tried with a manual clock in the test that `testedIn` names.
 */
export const keySetAway: Scenario = {
  row: 35,
  fault: "a tenant's key set away for an hour (compressed), while tokens with made-up kids come in",
  invariant: 'agents with known keys connect all the while, and the key set is asked seldom',
  testedIn: 'src/deliver/access/keyring.spec.ts',
  run: async (chaos) => {
    const server = await KeyServer.start();
    const key = await providerKey('k1');
    server.keys = [key.jwk];
    const maxStaleS = times(chaos, 20, 120);
    try {
      await withstands(chaos, {
        setup: { rows: new Map([[ATTACKED, { jwksUrl: server.url }]]) },
        env: { JWKS_MAX_STALE: `${maxStaleS}s` },
        strike: (field) => strike(field, server, key, (maxStaleS * 1_000) / 2),
        voice: {
          line: ({ msg }) => msg.startsWith('key set not read: status 503; the keys known before are used'),
          metric: 'pitel_key_set_failures_total',
          shown: ({ ready }) =>
            ready.includes('key sets that cannot be read: 1; their keys known before are used'),
        },
      });
    } finally {
      server.stop();
    }
  },
};

async function strike(
  { url, tally }: Field,
  server: KeyServer,
  key: ProviderKey,
  awayMs: number,
): Promise<void> {
  const agent = async (kid: string) =>
    first(url, await key.sign({ tenant: ATTACKED, sub: 'agent' }, { kid }));
  const before = await agent('k1');
  tally.demand(before === 'snapshot', `before the key set went away, an agent heard ${before}`);
  server.goAway();
  const begun = performance.now();
  const asked = server.requests;
  for (let round = 0; performance.now() - begun < awayMs; round += 1) {
    const heard = await agent('k1');
    tally.demand(heard === 'snapshot', `an agent with a known key heard ${heard}`);
    const forged = await Promise.all(
      Array.from({ length: 5 }, (_, index) => agent(`made-up-${round}-${index}`)),
    );
    for (const code of forged)
      tally.demand(
        code === 'auth-unavailable' || code === 'bad-signature',
        `a made-up kid was answered by ${code}`,
      );
    tally.injected += 1 + forged.length;
    await pause(PAUSE_MS);
  }
  // Retries after 1, 2, 4 … s, no more than a minute apart.
  const most = Math.ceil(awayMs / 1_000) / 2 + 10;
  tally.demand(server.requests - asked <= most, `the key set was asked ${server.requests - asked} times`);
  tally.notes.push(
    `the key set was asked ${server.requests - asked} times in ${Math.round(awayMs / 1_000)} s`,
  );
  server.comeBack();
  const after = await agent('k1');
  tally.demand(after === 'snapshot', `when the key set was back, an agent heard ${after}`);
}

/** The first message that a client with this token gets, or the code with which it is refused. */
function first(url: string, token: string): Promise<string> {
  const client = io(url, { auth: { token }, transports: ['websocket'], forceNew: true, reconnection: false });
  return new Promise<string>((resolve) => {
    client.on('connect_error', (error) =>
      resolve(String((error as { data?: { code?: string } }).data?.code)),
    );
    client.onAny((name: string) => resolve(name));
  }).finally(() => client.disconnect());
}

const PAUSE_MS = 500;
