import { io } from 'socket.io-client';
import { type BridgeChild, freePort, startBridge, wantedPort } from './demo-bridge.js';
import { startDesk } from './demo-desk.js';
import { startReceiver } from './demo-receiver.js';
import { DemoWatch } from './demo-watch.js';
import type { JudgedEvent } from './judge-report.js';
import { createSimulatorServer } from './server.js';
import { createWorld } from './world.js';

/**
 * Everything on one machine: a lively simulated PBX, the desk that rings it and a receiver of webhooks in this process, the bridge as a child process,
 * its events on the terminal with the truth beside them, and the addresses of the pages. Ctrl-C ends all of it; so does the child's death,
 * with its reason and exit code 1.
 */
const TOKEN = 'simulator-token';
/** Events of a call arrive within a poll or two of it; a call is judged when that has passed. */
const SETTLE_MS = 5000;
const STOP_GRACE_MS = 5000;

async function main(): Promise<void> {
  const world = createWorld({
    seed: process.env.SIM_SEED ?? Date.now(),
    startAt: Date.now(),
    // A call every few seconds, each some twenty seconds long: there is always something on the wallboard.
    speed: 6,
    traffic: { callsPerHour: 180, firstCallAfterMs: 100 },
    quirks: { lingerMs: 15_000 },
    truthLimit: 5000,
  });
  const server = createSimulatorServer({ tenants: [{ world, token: TOKEN }] });
  const pbx = await server.listen(0);
  const receiver = await startReceiver();
  const port = await freePort(wantedPort(process.env.PORT));
  const desk = await startDesk(world, `http://127.0.0.1:${port}`);
  const polls = server.tenants[0]?.polls ?? { monitor: [], queue: [] };

  let bridge: BridgeChild | null = null;
  let stopping = false;
  const end = async (code: number): Promise<void> => {
    if (stopping) return;
    stopping = true;
    clearInterval(settling);
    socket?.disconnect();
    await bridge?.stop(STOP_GRACE_MS);
    await receiver.close();
    await desk.close();
    await server.close();
    process.exit(code);
  };
  let socket: ReturnType<typeof io> | null = null;
  // The reader of the output has ended, as `head` does: without this the bridge would run on.
  process.stdout.on('error', () => void end(0));
  process.on('SIGINT', () => void end(0));
  process.on('SIGTERM', () => void end(0));

  const watch = new DemoWatch(world, polls, print);
  const settling = setInterval(() => watch.settle(Date.now() - SETTLE_MS), 1000);

  bridge = startBridge(port, { url: pbx.url, token: TOKEN }, receiver.webhooksFile, desk.url);
  void bridge.gone.then((reason) => {
    if (stopping) return;
    process.stderr.write(`demo: ${reason}\n`);
    void end(1);
  });
  print(`Simulated PBX  ${pbx.url}/`);
  print(`Wallboard      ${bridge.url}/`);
  print(`Call-backs     ${bridge.url}/callbacks`);
  print(`Reports        ${bridge.url}/reports`);
  print(`Screen pop     ${desk.url}/   (${bridge.url}/pop, with buttons that ring, answer and transfer)`);
  print(`Webhooks       ${bridge.url}/webhooks`);
  print(`A sample CRM   ${receiver.url}/   (what the webhooks bring, verified)`);
  print('Ctrl-C ends all. Below: each event as it arrives, and what really happened.\n');

  // The bridge may still be starting: the client tries again by itself.
  socket = io(bridge.url, { transports: ['websocket'], reconnectionDelay: 200, reconnectionDelayMax: 1000 });
  socket.onAny((name: string, event: unknown) => {
    if (name === 'snapshot') watch.connected(Date.now());
    else if (name !== 'reset') watch.arrived(event as JudgedEvent, Date.now());
  });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
