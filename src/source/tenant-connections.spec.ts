import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { upstreamHosts } from '../../test/support/hosts.js';
import { until } from '../../test/support/until.js';
import { systemClock } from '../base/clock.js';
import { EndpointReader } from './endpoint-reader.js';
import { RegistrationLookup } from './registration-lookup.js';
import type { TenantConnectionOptions } from './tenant-connection.js';
import { TenantConnections } from './tenant-connections.js';

/** A PBX that grants a token for each key, and counts requests. */
class Pbx {
  readonly exchanges: string[] = [];
  readonly asked: string[] = [];
  /** Delays exchanges, when a test sets it. */
  held: ServerResponse[] | null = null;
  /** Makes the PBX hang, when a test sets it: at all requests, or at those of registrations. */
  hangs: 'never' | 'always' | 'registrations' = 'never';
  readonly hosts = upstreamHosts();
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      if (request.url !== '/v3/auth/token') {
        this.asked.push(`${request.headers.authorization} ${request.url}`);
        const isPoll = request.url?.startsWith('/v3/monitor') === true;
        if (this.hangs === 'always' || (this.hangs === 'registrations' && !isPoll)) return;
        response.end(isPoll ? '{"data":[]}' : '{"extension":"107","is_logged_in":true}');
        return;
      }
      let sent = '';
      request.on('data', (chunk: Buffer) => (sent += chunk.toString()));
      request.on('end', () => {
        this.exchanges.push((JSON.parse(sent) as { api_key: string }).api_key);
        if (this.held === null) this.grant(response);
        else this.held.push(response);
      });
    });
  }

  grant(response: ServerResponse): void {
    response.end(JSON.stringify({ token: `t${this.exchanges.length}`, expired_in: 3_600 }));
  }

  async start(): Promise<void> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  tenant(apiKey = 'key'): TenantConnectionOptions {
    return {
      tenant: 'acme',
      baseUrl: `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`,
      apiKey,
      timeZone: 'Asia/Ho_Chi_Minh',
      country: 'VN',
      hosts: this.hosts,
      timeoutMs: 5_000,
      maxBodyBytes: 100_000,
      time: systemClock,
    };
  }
}

describe('the connections to tenants’ PBXes', () => {
  let pbx: Pbx;
  let connections: TenantConnections;
  let lookup: RegistrationLookup;
  const found = { outcome: 'found', extension: '107', registered: true };

  beforeEach(async () => {
    pbx = new Pbx();
    await pbx.start();
    connections = new TenantConnections([pbx.tenant()]);
    lookup = new RegistrationLookup({ connections, time: systemClock });
  });
  afterEach(async () => {
    await lookup.close();
    await pbx.stop();
  });

  it('leave a connection to each endpoint while registration requests hang', async () => {
    connections.change([{ ...pbx.tenant(), timeoutMs: 60_000 }], []);
    const { connection, close } = connections.open('acme')!;
    const reader = new EndpointReader(connection);
    pbx.hangs = 'registrations';
    let ended = 0;
    const lookups = Array.from({ length: 8 }, async (_, n) => {
      const answer = await lookup.ask('acme', String(200 + n));
      ended += 1;
      return answer;
    });
    await until(() => pbx.asked.length === 2);
    const polls = await Promise.all([reader.poll('monitor'), reader.poll('queue')]);
    expect(polls.map(({ observation }) => observation.outcome)).toEqual(['complete', 'complete']);
    expect([ended, pbx.asked.length]).toEqual([0, 4]);
    await Promise.all([close(), lookup.close()]);
    expect((await Promise.all(lookups)).map(({ outcome }) => outcome)).toEqual(Array(8).fill('failed'));
  });

  it('are shared: a registration look-up beside polls makes no second exchange of the key', async () => {
    const { connection, close } = connections.open('acme')!;
    const reader = new EndpointReader(connection);
    const both = [reader.poll('monitor'), reader.poll('queue'), lookup.ask('acme', '107')] as const;
    const [monitor, queue, registration] = await Promise.all(both);
    expect([monitor.observation.outcome, queue.observation.outcome]).toEqual(['complete', 'complete']);
    expect(registration).toMatchObject(found);
    expect(pbx.exchanges).toEqual(['key']);
    expect(pbx.asked.map((asked) => asked.split(' ')[1])).toEqual(['t1', 't1', 't1']);
    expect(pbx.hosts.statuses()).toMatchObject([{ tenants: 1 }]);
    await close();
  });

  it('are made at the first use: a replica that does not poll can look up registrations too', async () => {
    expect(pbx.hosts.statuses()).toEqual([]);
    expect(await lookup.ask('acme', '107')).toMatchObject(found);
    expect(await lookup.ask('acme', '108')).toMatchObject(found);
    expect(pbx.exchanges).toEqual(['key']);
    expect(await lookup.ask('unknown', '107')).toMatchObject({ outcome: 'not-found' });
  });

  it('are closed with their last user, and not before', async () => {
    const open = connections.open('acme')!;
    const reader = new EndpointReader(open.connection);
    await lookup.ask('acme', '107');
    await open.close();
    await open.close();
    expect(await lookup.ask('acme', '107')).toMatchObject(found);
    await lookup.close();
    expect(pbx.hosts.statuses()).toEqual([]);
    expect((await reader.poll('monitor')).observation.reason).toBe('client closed');
    expect(await lookup.ask('acme', '107')).toMatchObject(found);
    expect(pbx.exchanges).toEqual(['key', 'key']);
  });

  it('are replaced when the configuration changes: its users end with the old one', async () => {
    const old = connections.open('acme')!;
    const reader = new EndpointReader(old.connection);
    await Promise.all([reader.poll('monitor'), lookup.ask('acme', '107')]);
    connections.change([pbx.tenant('other key')], []);
    lookup.change(['acme']);
    expect((await reader.poll('monitor')).observation.outcome).toBe('complete');
    expect(await lookup.ask('acme', '107')).toMatchObject(found);
    expect(pbx.exchanges).toEqual(['key', 'other key']);
    expect(pbx.hosts.statuses()).toMatchObject([{ tenants: 2 }]);
    await old.close();
    expect(pbx.hosts.statuses()).toMatchObject([{ tenants: 1 }]);
    expect(await lookup.ask('acme', '107')).toMatchObject(found);
    expect(pbx.exchanges).toHaveLength(2);
  });

  it('know no tenant that was removed', async () => {
    await lookup.ask('acme', '107');
    connections.change([], ['acme']);
    lookup.change(['acme']);
    expect(connections.open('acme')).toBeNull();
    expect(await lookup.ask('acme', '107')).toMatchObject({ outcome: 'not-found' });
  });

  it('let one user give up while others wait for the same token', async () => {
    pbx.held = [];
    const { connection, close } = connections.open('acme')!;
    const stopping = new AbortController();
    const given = new EndpointReader(connection).poll('monitor', stopping.signal);
    const waiting = lookup.ask('acme', '107');
    await until(() => pbx.held?.length === 1);
    stopping.abort();
    expect((await given).observation.reason).toBe('request given up');
    pbx.grant(pbx.held[0]!);
    expect(await waiting).toMatchObject(found);
    expect(pbx.exchanges).toEqual(['key']);
    await close();
  });

  it('end what is under way for their last user', async () => {
    await lookup.ask('acme', '107');
    pbx.hangs = 'always';
    const waiting = lookup.ask('acme', '107');
    await until(() => pbx.asked.length === 2);
    await lookup.close();
    expect(await waiting).toMatchObject({ outcome: 'failed', reason: 'client closed' });
  });
});
