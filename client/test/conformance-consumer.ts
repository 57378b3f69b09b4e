import { createInterface } from 'node:readline';
import type { FromConsumer, ToConsumer } from '../../test/conformance/lines.js';
import type { Bridge } from '../src/bridge.js';
import { createBridge } from '../src/create-bridge.js';

/** The client package as a consumer, over a real Socket.IO connection: the command of `over-socket-io.js`. */
let bridge: Bridge | null = null;

createInterface({ input: process.stdin })
  .on('line', (text) => {
    const line = JSON.parse(text) as ToConsumer;
    if (line.do === 'start') bridge = connect(line.cursor);
    if (line.do === 'report') report(bridge!, line.report);
  })
  .on('close', () => process.exit());

function connect(saved: string | null): Bridge {
  const { BRIDGE_URL: url = '' } = process.env;
  const cursorStore = { load: () => saved, save: (cursor: string) => say({ say: 'saved', cursor }) };
  const client = createBridge({ url, cursorStore });
  client.on('event', ({ id }) => say({ say: 'handled', id }));
  return client;
}

function report({ calls, sources }: Bridge, number: number): void {
  say({
    say: 'state',
    report: number,
    calls: Object.fromEntries(calls.list.map(({ callId, state }) => [callId, state])),
    sources: Object.fromEntries([...sources].map(([endpoint, { state }]) => [endpoint, state])),
  });
}

function say(line: FromConsumer): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
