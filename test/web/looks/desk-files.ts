import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_DESK_RULES, type DeskRules } from '../../../src/core/desk-rules.js';
import { WEBHOOK_SECRET } from '../../support/webhook-endpoint.js';

/** Callers who wait at once, and seconds of one wait, from which on a queue is in trouble. */
export const WAITING_LIMIT = 3;
export const WAIT_LIMIT_S = 120;

/** The same rules as the file of `deskFiles` has them. */
export const DESK_RULES: DeskRules = {
  ...DEFAULT_DESK_RULES,
  thresholds: [
    { queue: null, rule: 'waiting', limit: WAITING_LIMIT },
    { queue: null, rule: 'longestWait', limit: WAIT_LIMIT_S },
  ],
};

/** The files that an operator writes, and the receivers that they name. */
export interface DeskFiles {
  readonly env: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

/** Thresholds, and three webhooks: one that takes everything, one that fails, one that is gone. */
export async function deskFiles(): Promise<DeskFiles> {
  const dir = await mkdtemp(join(tmpdir(), 'pitel-looks-'));
  const receiver = createServer((request, response) => {
    request.resume();
    const status = { '/crm': 200, '/chat': 500, '/old': 410 }[request.url ?? ''] ?? 404;
    response.writeHead(status).end(status === 500 ? 'the database is away' : '');
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const { port } = receiver.address() as AddressInfo;
  const endpoints = ['crm', 'chat', 'old'].map((id) => ({
    id,
    url: `http://127.0.0.1:${port}/${id}`,
    secret: WEBHOOK_SECRET,
    allowHttp: true,
    allowAddresses: ['127.0.0.1'],
  }));
  const [webhooks, desk] = [join(dir, 'webhooks.json'), join(dir, 'desk.json')];
  await writeFile(webhooks, JSON.stringify({ endpoints }));
  await writeFile(
    desk,
    JSON.stringify({ thresholds: [{ waiting: WAITING_LIMIT, longestWait: WAIT_LIMIT_S }] }),
  );
  return {
    env: { WEBHOOKS_FILE: webhooks, DESK_FILE: desk },
    close: async () => {
      receiver.closeAllConnections();
      receiver.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
