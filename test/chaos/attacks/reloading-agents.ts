import { Agent, get } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { io, type Socket } from 'socket.io-client';
import { token } from '../../support/delivery.js';
import { begun, say } from './wire.js';

/**
 * Agents of one office, behind one address, who all load their page again at the same moment, again and again: the page, then a
 * connection. Their tokens have expired: each is refused, and comes back with a fresh one.
 */
const { url, from, tenant, agents, until } = begun<{
  url: string;
  ms: number;
  from: string;
  tenant: string;
  agents: number;
}>();
const BETWEEN_MS = 4_000;
const counts = { reloads: 0, expired: 0, refused: 0, holes: 0, slowestMs: 0 };
const agent = new Agent({ localAddress: from, keepAlive: true });

class Desk {
  #socket: Socket | null = null;
  #sequence = 0;

  constructor(
    private readonly fresh: string,
    private readonly stale: string,
  ) {}

  async reload(): Promise<void> {
    this.#socket?.disconnect();
    if ((await status(`${url}/pop`)) !== 200) counts.refused += 1;
    if ((await this.#connect(this.stale)) === 'token-expired') counts.expired += 1;
    else counts.refused += 1;
    const begun = performance.now();
    if ((await this.#connect(this.fresh)) !== 'snapshot') counts.refused += 1;
    counts.slowestMs = Math.max(counts.slowestMs, Math.round(performance.now() - begun));
    counts.reloads += 1;
  }

  /** Resolves with `snapshot`, or with why it was refused. */
  #connect(auth: string): Promise<string> {
    const socket = io(url, {
      auth: { token: auth },
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      agent: agent as never,
    });
    this.#socket = socket;
    socket.onAny((name: string, body: { cursor?: string; sequence?: string }) => this.#got(name, body));
    return new Promise((resolve) => {
      socket.once('snapshot', () => resolve('snapshot'));
      socket.once('connect_error', (error: Error & { data?: { code?: string } }) =>
        resolve(error.data?.code ?? error.message),
      );
    });
  }

  #got(name: string, { cursor, sequence }: { cursor?: string; sequence?: string }): void {
    if (name === 'snapshot') this.#sequence = Number(cursor!.split(':')[1]);
    if (sequence === undefined) return;
    if (Number(sequence) !== this.#sequence + 1) counts.holes += 1;
    this.#sequence = Number(sequence);
  }
}

function status(address: string): Promise<number> {
  return new Promise((resolve) => {
    get(address, { agent }, (answer) => {
      answer.resume();
      answer.once('close', () => resolve(answer.statusCode ?? 0));
    }).on('error', () => resolve(0));
  });
}

const expired = Math.floor(Date.now() / 1_000) - 60;
const desks = await Promise.all(
  Array.from({ length: agents }, async (_, index) => {
    const claims = { tenant, sub: `agent-${index}` };
    return new Desk(await token(claims), await token(claims, { exp: expired }));
  }),
);
say({});
do {
  await Promise.all(desks.map((desk) => desk.reload()));
  await pause(BETWEEN_MS);
} while (Date.now() < until);
say(counts);
process.exit(0);
