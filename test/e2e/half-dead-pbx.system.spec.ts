import { afterEach, describe, expect, it } from '@jest/globals';
import type { CallScript } from '../../simulator/world.js';
import { createQuietWorld } from '../../simulator/quiet-world.js';
import { createSimulatorServer } from '../../simulator/server.js';
import { type Service, startService } from '../support/service.js';
import { until } from '../support/until.js';

/** One endpoint of a PBX hangs for good, in the service as it is run and with the time-out that it has by default. */
const INTERVAL_MS = 1_000;
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function pbxAndService() {
  const world = createQuietWorld({ startAt: Date.now() });
  const server = createSimulatorServer({ tenants: [{ world, token: 'upstream-token' }] });
  const { url } = await server.listen(0);
  closing.push(() => server.close());
  const service = await startService({
    STORE: 'memory',
    PITEL_BASE_URL: url,
    TENANT_ID: 'acme',
    POLL_INTERVAL_MS: String(INTERVAL_MS),
  });
  closing.push(() => service.stop());
  return { world, service, tenant: server.tenants[0]! };
}

interface LoggedEvent {
  readonly type: string;
  readonly recordedtime: string;
  readonly data: { readonly upstreamIds?: readonly string[]; readonly endpoint?: string };
}

async function eventsOf(service: Service): Promise<LoggedEvent[]> {
  const response = await fetch(`${service.url}/v1/events?limit=1000`);
  return ((await response.json()) as { events: LoggedEvent[] }).events;
}

function isAbout({ data }: LoggedEvent, id: string): boolean {
  return data.upstreamIds?.includes(id) === true;
}

describe.each([
  ['queue', 'monitor', { kind: 'direct', extension: '107', answerAfterMs: null, leavesAfterMs: null }],
  ['monitor', 'queue', { kind: 'queue', answerAfterMs: null, leavesAfterMs: null }],
] as const)('a PBX of which the %s hangs', (hanging, other, script: CallScript) => {
  it(`emits what the ${other} shows with its next polls after one time-out, and takes the answer that comes at last`, async () => {
    const { world, service, tenant } = await pbxAndService();
    await until(() => tenant.polls.monitor.length > 0 && tenant.polls.queue.length > 0, 'a poll of each');
    tenant.faults.add(hanging, { kind: 'hang', times: 1_000_000 });

    /** How many polls of the other it takes from now until the log has it. */
    const pollsUntilLogged = async (type: string, id: string) => {
      const before = tenant.polls[other].length;
      let recordedAt: number | undefined;
      await until(async () => {
        const event = (await eventsOf(service)).find((one) => one.type === type && isAbout(one, id));
        recordedAt = event && Date.parse(event.recordedtime);
        return recordedAt !== undefined;
      }, `${type} ${id}`);
      return tenant.polls[other].slice(before).filter((at) => at <= recordedAt!).length;
    };
    const has = async (what: string) =>
      (await eventsOf(service)).some(({ type, data }) => type === what && data.endpoint === hanging);
    /** Starts a call, and ends it when its start was logged. */
    const comeAndGo = async () => {
      world.advanceTo(Date.now());
      const { callKey, upstreamIds } = world.startCall(script);
      const started = await pollsUntilLogged('call-started', upstreamIds[0]!);
      world.advanceTo(Date.now());
      world.hangUp(callKey);
      // The bridge does not trust the status Abandoned before a monitor answer, for as long as one may still come.
      return other === 'queue' ? [started] : [started, await pollsUntilLogged('call-ended', upstreamIds[0]!)];
    };
    // The first may have to wait for the first time-out; two more requests hang, with a pause between them.
    await comeAndGo();
    const polls: number[][] = [];
    while (!(await has('source-down'))) polls.push(await comeAndGo());
    // Had each to wait for a time-out, two would be all.
    expect(polls.length).toBeGreaterThan(2);
    // One that shows it, and another that confirms it.
    expect(Math.max(...polls.flat())).toBeLessThanOrEqual(2);

    tenant.faults.clear();
    await until(() => has('source-up'), `an answer of the ${hanging} is taken`);
  });
});
