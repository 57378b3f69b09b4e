import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { control } from './control.js';
import type { FaultyEndpoint } from './faults.js';
import { type Honest, type Later, sendBuffer, sendJson, sendSpoiled } from './spoiled.js';
import { Tenant, type TenantOptions } from './tenant.js';

export type { Tenant, TenantOptions } from './tenant.js';

/**
 * The vendor's HTTP API in front of simulated worlds: the endpoints of `docs/upstream.md`, the vendor's error
 * shapes, the faults that were ordered, and the control API (`control.ts`).
 *
 * Guarantees: a request sees the world as of the clock's instant of the request. Tenants share nothing but the port;
 * each is chosen by its bearer token. An unchanged world is answered with the Buffer of the last answer.
 */
export interface SimulatorServerOptions {
  readonly tenants: readonly TenantOptions[];
  /** The instant to which worlds are advanced before they answer. Default: the real clock. */
  readonly clock?: () => number;
}

export interface SimulatorServer {
  /** Port 0: a free one. */
  listen(port: number, host?: string): Promise<{ readonly port: number; readonly url: string }>;
  /** Ends at once: open requests are cut, timers are gone. */
  close(): Promise<void>;
  readonly tenants: readonly Tenant[];
}

/** A scripted call or a fault order is small; whatever is larger is a mistake. */
const MAX_REQUEST_BYTES = 1 << 20;

export function createSimulatorServer(options: SimulatorServerOptions): SimulatorServer {
  const clock = options.clock ?? Date.now;
  const tenants = options.tenants.map((one) => new Tenant(one));
  const byFixedToken = new Map(
    tenants.flatMap((tenant) =>
      tenant.fixedToken === undefined ? [] : [[tenant.fixedToken, tenant] as const],
    ),
  );
  const byApiKey = new Map(
    tenants.flatMap((tenant) => (tenant.apiKey === undefined ? [] : [[tenant.apiKey, tenant] as const])),
  );
  const timers = new Set<NodeJS.Timeout>();
  const later: Later = (ms, act) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, ms);
    timers.add(timer);
  };

  function tenantOf(request: IncomingMessage): Tenant | null {
    const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) return null;
    const fixed = byFixedToken.get(token);
    if (fixed !== undefined) return fixed;
    // Exchanged tokens change; those who have one are few outside of tests about them.
    for (const tenant of byApiKey.values()) if (tenant.accepts(token, clock())) return tenant;
    return null;
  }

  function poll(
    endpoint: 'monitor' | 'queue',
    tenant: Tenant,
    query: URLSearchParams,
    response: ServerResponse,
  ): void {
    const { world } = tenant;
    const at = world.now;
    const page = endpoint === 'monitor' && world.pageSize > 0 ? pageOf(query, world.pageSize) : null;
    const honest: Honest = {
      rows: () =>
        endpoint === 'queue'
          ? world.queueRows()
          : page === null
            ? world.monitorRows()
            : world.monitorRows().slice(page.offset, page.offset + page.limit),
      body: () =>
        endpoint === 'queue'
          ? world.queueBody()
          : page === null
            ? world.monitorBody()
            : pageBody(world.monitorRows(), page),
      hasTotal: endpoint === 'monitor',
    };
    const fault = tenant.faults.next(endpoint, at);
    // Of several pages the one with the last rows completes the list.
    let complete = page === null || page.offset + page.limit >= world.monitorRows().length;
    // Registered first: an answer may be out before the next line runs.
    response.once('finish', () => {
      if (complete) tenant.notePoll(endpoint, at);
    });
    if (fault === null) sendBuffer(response, 200, honest.body());
    else complete = sendSpoiled(response, fault, honest, later) && complete;
  }

  function registration(id: string, tenant: Tenant, response: ServerResponse): void {
    const found = tenant.world.registration(id);
    const body = found ?? { error: 'Extension not found' };
    tenant.registrationsAsked += 1;
    const fault = tenant.faults.next('registration', tenant.world.now);
    const honest: Honest = {
      rows: () => [body],
      body: () => Buffer.from(JSON.stringify(body)),
      hasTotal: false,
    };
    if (fault !== null) sendSpoiled(response, fault, honest, later);
    // The page shows the body and no status; 404 is what the words mean (inference).
    else sendJson(response, found === null ? 404 : 200, body);
  }

  function issueToken(body: string, response: ServerResponse): void {
    const parsed = apiKeySchema.safeParse(parseJson(body));
    const tenant = parsed.success ? byApiKey.get(parsed.data.api_key) : undefined;
    const fault = (tenant ?? tenants[0])?.faults.next('auth', clock()) ?? null;
    const answer = tenant === undefined ? { error: 'api_key is invalid' } : tokenAnswer(tenant);
    const honest: Honest = {
      rows: () => [answer],
      body: () => Buffer.from(JSON.stringify(answer)),
      hasTotal: false,
    };
    if (fault !== null) sendSpoiled(response, fault, honest, later);
    else sendJson(response, tenant === undefined ? 401 : 200, answer);
  }

  function tokenAnswer(tenant: Tenant): object {
    const { token, expiresInS } = tenant.issueToken(clock());
    const { domainUuid } = tenant.world.directory;
    return {
      client_id: domainUuid,
      domain_uuid: domainUuid,
      expired_in: expiresInS,
      refresh_token: `refresh-${token}`,
      token,
      token_type: 'Bearer',
      user_id: domainUuid,
    };
  }

  function route(request: IncomingMessage, response: ServerResponse, body: string): void {
    const url = new URL(request.url ?? '/', 'http://simulator');
    const { pathname } = url;
    const method = request.method ?? 'GET';
    if (pathname.startsWith('/_sim/')) {
      const tenant = tenantOf(request) ?? tenants[0];
      if (tenant === undefined) return sendJson(response, 404, { error: 'There is no tenant' });
      tenant.world.advanceTo(clock());
      const answer = control(method, pathname, url.searchParams, body, tenant);
      return sendJson(response, answer.status, answer.body);
    }
    if (method === 'POST' && pathname === '/v3/auth/token') return issueToken(body, response);
    const endpoint = method === 'GET' ? endpointOf(pathname) : null;
    if (endpoint === null) return sendJson(response, 404, { error: 'Not Found' });
    const tenant = tenantOf(request);
    if (tenant === null) return sendJson(response, 401, { error: 'Unauthorized' });
    tenant.world.advanceTo(clock());
    if (endpoint.name === 'registration') return registration(endpoint.id, tenant, response);
    poll(endpoint.name, tenant, url.searchParams, response);
  }

  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    let size = 0;
    request.on('data', (piece: Buffer) => {
      size += piece.length;
      if (size <= MAX_REQUEST_BYTES) pieces.push(piece);
    });
    request.on('end', () => {
      if (size > MAX_REQUEST_BYTES) sendJson(response, 413, { error: 'Request too large' });
      else route(request, response, Buffer.concat(pieces).toString());
    });
    // A client that gives up is the client's business.
    request.on('error', () => undefined);
    response.on('error', () => undefined);
  });
  // Longer than any poll interval, so that a poller keeps its connections.
  server.keepAliveTimeout = 120_000;

  return {
    tenants,
    listen(port, host = '127.0.0.1') {
      return new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          server.off('error', reject);
          const address = server.address() as AddressInfo;
          const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
          resolve({ port: address.port, url: `http://${name}:${address.port}` });
        });
      });
    },
    close() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

interface Page {
  readonly limit: number;
  readonly offset: number;
}

/** As other v3 lists take it: `limit` up to the size of a page, `offset` from 0 (`docs/upstream.md`, mark D). */
function pageOf(query: URLSearchParams, pageSize: number): Page {
  const whole = (name: string, usual: number): number => {
    const value = Number(query.get(name) ?? usual);
    return Number.isInteger(value) && value >= 0 ? value : usual;
  };
  return { limit: Math.min(pageSize, whole('limit', pageSize)), offset: whole('offset', 0) };
}

function pageBody(rows: readonly object[], { limit, offset }: Page): Buffer {
  return Buffer.from(JSON.stringify({ data: rows.slice(offset, offset + limit), total: rows.length }));
}

const apiKeySchema = z.object({ api_key: z.string() });

type Route =
  | { readonly name: 'monitor' | 'queue' }
  | { readonly name: 'registration' & FaultyEndpoint; readonly id: string };

function endpointOf(pathname: string): Route | null {
  if (pathname === '/v3/monitor') return { name: 'monitor' };
  if (pathname === '/v3/monitor/callcenter/queue') return { name: 'queue' };
  const id = /^\/v3\/extension\/([^/]+)\/loggedin$/.exec(pathname)?.[1];
  if (id === undefined) return null;
  try {
    return { name: 'registration', id: decodeURIComponent(id) };
  } catch {
    return null;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
