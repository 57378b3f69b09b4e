import { randomBytes } from 'node:crypto';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** What the attacks are made of: raw connections that keep no rule, and their number over a time. */

/** The arguments that the row gave, and when the attack has to be over. */
export function begun<Args extends { readonly url: string; readonly ms: number }>(): Args & {
  until: number;
} {
  const args = JSON.parse(process.argv[2]!) as Args;
  return { ...args, until: Date.now() + args.ms };
}

/** Says that the attack is on, or what came of it. */
export function say(counts: object): void {
  process.stdout.write(`${JSON.stringify(counts)}\n`);
}

/**
 * Opens a connection, `from` an address of this machine, and writes the text. Resolves with whether an answer began, or it closed
 * without.
 */
export function open(
  url: string,
  text: string,
  from?: string,
): Promise<{ socket: Socket; answered: boolean }> {
  const { hostname, port } = new URL(url);
  const to = { port: Number(port), host: hostname, ...(from === undefined ? {} : { localAddress: from }) };
  const socket = connect(to, () => socket.write(text));
  socket.on('error', () => undefined);
  return new Promise((resolve) => {
    socket.once('data', () => resolve({ socket, answered: true }));
    socket.once('close', () => resolve({ socket, answered: false }));
  });
}

export function webSocketRequest(url: string): string {
  return [
    'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
    `Host: ${new URL(url).host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    '\r\n',
  ].join('\r\n');
}

/** So many at once, each again and again until the time is up. */
export async function repeat(times: number, until: number, act: () => Promise<void>): Promise<void> {
  const loop = async () => {
    while (Date.now() < until) await act();
  };
  await Promise.all(Array.from({ length: times }, loop));
}

/** Over a few hundred kept connections. */
const agent = new Agent({ keepAlive: true, maxSockets: 200 });

/** The status of the answer, which is read to its end, with its text; 0 where there is none. */
export function ask(
  url: string,
  {
    method = 'GET',
    body = '',
    headers = {},
  }: { method?: string; body?: string; headers?: Record<string, string> } = {},
): Promise<{ status: number; text: string }> {
  return new Promise((resolve) => {
    const sent = request(url, { agent, method, headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += String(chunk)));
      response.on('close', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on('error', () => resolve({ status: 0, text: '' }));
    sent.end(body);
  });
}

/** Ends the process when the time is up, whatever is still open. */
export async function endAt(until: number, counts: object): Promise<never> {
  await pause(Math.max(0, until - Date.now()));
  say(counts);
  process.exit(0);
}
