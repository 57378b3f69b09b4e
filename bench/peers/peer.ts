import type { Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { jwtVerify } from 'jose';
import type { BridgeEvent } from '../../src/core/model/event.js';

/** Another way to bring events to clients: what a measurement asks of it. */
export interface Peer {
  readonly port: number;
  /** Connections that are open. */
  clients(): number;
  /** To every client of the event's tenant. */
  emit(event: BridgeEvent): void;
  /** Resolves when all emitted events are stored, for a peer that stores them. */
  settled(): Promise<void>;
}

export async function listening(http: HttpServer): Promise<number> {
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return (http.address() as AddressInfo).port;
}

/** The tenant that a token is for; rejects for a token that is none. */
export async function tenantOf(token: unknown, secret: string): Promise<string> {
  const key = new TextEncoder().encode(secret);
  const { payload } = await jwtVerify<{ tenant: string }>(String(token), key, { algorithms: ['HS256'] });
  return payload.tenant;
}
