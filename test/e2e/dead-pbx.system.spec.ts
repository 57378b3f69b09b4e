import { afterEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EMPTY_MONITOR, EMPTY_QUEUE } from '../support/pbx.js';
import { startService } from '../support/service.js';
import { until } from '../support/until.js';

/** Row 17 of the faults: one dead PBX delays no tenant of another, in the service as it is run. */
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** An upstream of many tenants that counts its connections, and the polls of each tenant. */
async function upstream() {
  const host = {
    hangs: false,
    connections: 0,
    most: 0,
    polls: new Map<string, number>(),
    hanging: [] as ServerResponse[],
    url: '',
  };
  const server = createServer((request, response) => {
    if (host.hangs) return void host.hanging.push(response);
    const tenant = request.headers.authorization!;
    host.polls.set(tenant, (host.polls.get(tenant) ?? 0) + 1);
    response.end(request.url!.includes('/callcenter/queue') ? EMPTY_QUEUE : EMPTY_MONITOR);
  });
  server.on('connection', (socket) => {
    host.most = Math.max(host.most, ++host.connections);
    socket.on('close', () => host.connections--);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  host.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return host;
}

describe('a PBX that hangs', () => {
  it('delays no tenant of another, gets few requests, and is polled again when it answers', async () => {
    const [dead, good] = [await upstream(), await upstream()];
    dead.hangs = true;
    const directory = await mkdtemp(join(tmpdir(), 'dead-pbx-'));
    closing.push(() => rm(directory, { recursive: true }));
    const tenants = [dead, good].flatMap(({ url }, host) =>
      Array.from({ length: 25 }, (_, index) => ({
        id: `${host === 0 ? 'dead' : 'good'}-${index}`,
        baseUrl: url,
        token: `token-${index}`,
      })),
    );
    const file = join(directory, 'tenants.json');
    await writeFile(file, JSON.stringify({ tenants }));
    const service = await startService({
      STORE: 'memory',
      PITEL_TOKEN: '',
      TENANTS_FILE: file,
      POLL_INTERVAL_MS: '200',
      POLL_TIMEOUT_MS: '600000',
      POLL_HOST_CONCURRENCY: '8',
    });
    closing.push(() => service.stop());

    // No request to the dead one ends before ten minutes: a tenant that waited for one would not be polled again and again.
    await until(() => dead.hanging.length === 8, 'the dead host’s share of requests');
    const fewest = () => (good.polls.size < 25 ? 0 : Math.min(...good.polls.values()));
    await until(() => fewest() >= 30, 'thirty polls of each good tenant');
    expect([dead.most, dead.hanging.length]).toEqual([8, 8]);

    // It drops what it holds, and then refuses its tenants nothing.
    for (const response of dead.hanging.splice(0)) response.destroy();
    const down = await service.line(({ msg }) => msg.startsWith(`${dead.url} is down`));
    expect(down.level).toBe('warn');
    dead.hangs = false;
    for (const response of dead.hanging.splice(0)) response.destroy();
    await service.line(({ msg }) => msg === `${dead.url} answers again`);
    await until(() => dead.polls.size === 25, 'a poll of each tenant of the host that is back');
    // One that is closing may still be counted beside the one that takes its place.
    await until(() => dead.connections <= 8, 'no more connections than allowed');
  });
});
