import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TenantConnection, type TenantConnectionOptions } from '../../src/source/tenant-connection.js';
import { upstreamHosts } from './hosts.js';
import { ManualTime } from './time.js';

/** A PBX that answers as a test says, and one tenant's connection to it, on a clock of its own. */
export interface ConnectedPbx {
  readonly connection: TenantConnection;
  readonly clock: ManualTime;
  readonly close: () => Promise<void>;
}

export async function connectedPbx(
  respond: RequestListener,
  options: Partial<TenantConnectionOptions>,
): Promise<ConnectedPbx> {
  const server = createServer(respond).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const clock = new ManualTime(1_700_000_000_000);
  const connection = new TenantConnection({
    tenant: 'acme',
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    timeZone: 'Asia/Ho_Chi_Minh',
    country: 'VN',
    hosts: upstreamHosts(),
    timeoutMs: 5_000,
    maxBodyBytes: 100_000,
    time: clock,
    ...options,
  });
  const close = async () => {
    await connection.close();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { connection, clock, close };
}
