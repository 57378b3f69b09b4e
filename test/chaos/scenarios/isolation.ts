import { io } from 'socket.io-client';
import { SignJWT } from 'jose';
import { token } from '../../support/delivery.js';
import type { CallView } from '../../../src/core/model/event.js';
import { withRig } from '../rig.js';
import { type Scenario, times } from '../scenario.js';

export const isolated: Scenario = {
  row: 15,
  fault: "others' cursors, subscriptions and calls; forged, expired and wrongly signed tokens, under load",
  invariant: "no tenant ever sees another's calls, nor an extension's token another extension",
  run: (chaos) =>
    withRig(chaos, { tenants: ['acme', 'globex'] }, async (rig) => {
      const { tally, random } = chaos;
      const [bridge] = await rig.replicas(1);
      const { url } = bridge!;
      const extensions = rig.pbx('acme').world.directory.extensions.map(({ number }) => number);
      for (let count = 0; count < 4; count++) {
        const own = random.pick(extensions);
        await rig.watch({
          name: `extension ${own}`,
          tenant: 'acme',
          claims: { extensions: [own] },
          // Neither a call without its extension nor an offer at another extension may reach it.
          maySee: ({ type, data }) => {
            if (!type.startsWith('call-')) return true;
            const view = data as CallView & { tenant: string };
            return view.extensions.some(({ extension }) => extension === own);
          },
        });
      }
      const good = await token({ tenant: 'globex' });
      const bad = await badTokens();
      const rounds = times(chaos, 2, 40);
      for (let round = 0; round < rounds; round++) {
        await rig.polled(2);
        for (const [kind, wrong] of bad) {
          tally.injected += 2;
          const answer = await get(`${url}/v1/calls`, wrong);
          tally.demand(answer.status === 401, `HTTP answered ${answer.status} to a token that is ${kind}`);
          const heard = await socket(url, { token: wrong });
          tally.demand(heard === 'refused', `a socket with a token that is ${kind} heard ${heard}`);
        }
        // Another tenant's call by its id, and a cursor of another tenant's log.
        const { call, cursor } = await ofAnother(`${url}/v1/calls`, await token({ tenant: 'acme' }));
        tally.injected += 3;
        if (call !== null) {
          const answer = await get(`${url}/v1/calls/${encodeURIComponent(call)}`, good);
          tally.demand(answer.status === 404, `another tenant's call was answered with ${answer.status}`);
        }
        const after = await get(`${url}/v1/events?after=${encodeURIComponent(cursor)}`, good);
        tally.demand(after.status === 410, `another tenant's cursor was answered with ${after.status}`);
        const heard = await socket(url, { token: good, cursor });
        tally.demand(heard === 'reset', `a socket with another tenant's cursor heard ${heard}`);
      }
      await rig.settle();
      await rig.verdicts(new Map(rig.tenants.map((tenant) => [tenant, { sightings: 1 }])));
    }),
};

async function badTokens(): Promise<[kind: string, token: string][]> {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { tenant: 'acme', exp: 4_102_444_800 };
  const [head, , signature] = (await token()).split('.');
  return [
    ['expired', await token({}, { exp: 1_000_000_000 })],
    ['signed with another secret', await token({}, { secret: 'another secret of at least 32 bytes!' })],
    ['not signed', `${part({ alg: 'none' })}.${part(claims)}.`],
    ['another with a good signature', `${head}.${part({ ...claims, tenant: 'globex' })}.${signature}`],
    ['for an unknown tenant', await token({ tenant: 'initech' })],
    [
      'signed with another algorithm',
      await new SignJWT(claims).setProtectedHeader({ alg: 'HS512' }).sign(new Uint8Array(64)),
    ],
  ];
}

async function get(url: string, bearer: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url, { headers: { authorization: `Bearer ${bearer}` } });
  return { status: response.status, body: await response.json() };
}

async function ofAnother(url: string, bearer: string): Promise<{ call: string | null; cursor: string }> {
  const { body } = await get(url, bearer);
  const { calls, cursor } = body as { calls: { callId: string }[]; cursor: string };
  return { call: calls[0]?.callId ?? null, cursor };
}

/** The first message that a socket gets. */
function socket(url: string, auth: object): Promise<string> {
  const client = io(url, { auth, transports: ['websocket'], forceNew: true, reconnection: false });
  return new Promise<string>((resolve) => {
    client.on('connect_error', () => resolve('refused'));
    client.onAny((name: string) => resolve(name));
  }).finally(() => client.disconnect());
}
