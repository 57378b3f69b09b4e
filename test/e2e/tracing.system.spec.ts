import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { io } from 'socket.io-client';
import type { BridgeEvent } from '../../src/core/model/event.js';
import { sample, type ScriptedPbx, startPbx } from '../support/pbx.js';
import { startRedis, type TestRedis } from '../support/redis.js';
import { type Service, startService } from '../support/service.js';
import { until } from '../support/until.js';

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: readonly { readonly key: string; readonly value: Record<string, unknown> }[];
}

interface Export {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: Span['attributes'] };
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
  }[];
}

/** A collector that speaks OTLP in JSON, over real HTTP. */
class Collector {
  readonly spans: Span[] = [];
  readonly services = new Set<unknown>();
  readonly keys = new Set<unknown>();
  paths = new Set<string>();
  status = 200;
  readonly #server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      this.paths.add(request.url!);
      this.keys.add(request.headers['x-collector-key']);
      if (this.status === 200) this.#take(JSON.parse(Buffer.concat(chunks).toString()) as Export);
      response.writeHead(this.status, { 'content-type': 'application/json' }).end('{}');
    });
  });

  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #take({ resourceSpans }: Export): void {
    for (const { resource, scopeSpans } of resourceSpans) {
      this.services.add(attribute(resource, 'service.name'));
      for (const { spans } of scopeSpans) this.spans.push(...spans);
    }
  }
}

function attribute({ attributes }: Pick<Span, 'attributes'>, name: string): unknown {
  const found = attributes.find(({ key }) => key === name);
  return found && Object.values(found.value)[0];
}

describe('tracing', () => {
  let redisServer: TestRedis;
  let redis: Redis;
  let pbx: ScriptedPbx;
  let collector: Collector;
  let service: Service | null = null;

  beforeAll(async () => {
    redisServer = await startRedis();
    redis = new Redis(redisServer.url);
    pbx = await startPbx();
    pbx.monitor = sample('monitor');
    pbx.queue = sample('queue');
    collector = new Collector();
  });
  afterEach(async () => {
    await service?.stop();
    service = null;
    await redis.flushall();
  });
  afterAll(async () => {
    redis.disconnect();
    collector.close();
    await pbx.close();
    await redisServer.stop();
  });

  async function firstEvent(url: string): Promise<BridgeEvent> {
    const socket = io(url, { transports: ['websocket'], forceNew: true });
    try {
      await new Promise<void>((resolve) => socket.once('snapshot', () => resolve()));
      const event = new Promise<BridgeEvent>((resolve) =>
        socket.onAny((_, event: BridgeEvent) => resolve(event)),
      );
      pbx.monitor = '{"data":[],"total":0}';
      return await event;
    } finally {
      socket.disconnect();
    }
  }

  it('shows a poll, its requests, the commit and the delivery as one trace, which the event goes on', async () => {
    const endpoint = await collector.start();
    service = await startService({
      PITEL_BASE_URL: pbx.url,
      REDIS_URL: redisServer.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-collector-key=k%20ey',
      OTEL_SERVICE_NAME: 'bridge-under-test',
      LOG_LEVEL: 'debug',
    });
    await until(() => service!.lines.some(({ msg }) => msg === 'event'), 'the first events');
    const event = await firstEvent(service.url);
    const [version, traceId, commitId, flags] = event.traceparent!.split('-');
    expect([version, flags]).toEqual(['00', '01']);

    const trace = () => collector.spans.filter((span) => span.traceId === traceId);
    await until(() => trace().some(({ name }) => name === 'poll cycle'), 'the trace');
    await until(() => trace().some(({ name }) => name === 'deliver'), 'the delivery');
    const named = (name: string) => trace().find((span) => span.name === name)!;
    const cycle = named('poll cycle');
    const commit = named('commit');
    expect(cycle.parentSpanId ?? '').toBe('');
    expect(commit).toMatchObject({ spanId: commitId, parentSpanId: cycle.spanId });
    expect(named('GET /v3/monitor').parentSpanId).toBe(cycle.spanId);
    expect(named('deliver').parentSpanId).toBe(commit.spanId);
    expect(attribute(commit, 'pitel.result')).toBe('committed');
    expect(Number(attribute(named('deliver'), 'pitel.clients'))).toBe(1);
    expect([...collector.services]).toEqual(['bridge-under-test']);
    expect([...collector.keys]).toEqual(['k ey']);
    expect([...collector.paths]).toEqual(['/v1/traces']);

    // The log of the cycle and its trace find each other.
    const logged = service.lines.find((line) => line.cycle === attribute(cycle, 'pitel.cycle'));
    expect(logged?.msg).toBe('event');
  });

  it('reports once that the collector takes nothing, and once that it does again, and delivers all the same', async () => {
    pbx.monitor = sample('monitor');
    const endpoint = await new Promise<string>((resolve) => {
      collector.close();
      collector = new Collector();
      collector.status = 400;
      void collector.start().then(resolve);
    });
    service = await startService({
      PITEL_BASE_URL: pbx.url,
      REDIS_URL: redisServer.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    });
    await service.line(({ msg }) => msg === 'trace export failed: the collector does not accept spans');
    expect((await firstEvent(service.url)).traceparent).toMatch(/^00-/);
    collector.status = 200;
    await service.line(({ msg }) => msg === 'trace export recovered');
    expect(service.lines.filter(({ msg }) => msg.startsWith('trace export'))).toHaveLength(2);
  });

  it('is off unless it is configured: no span, no field, nothing loaded', async () => {
    pbx.monitor = sample('monitor');
    const spans = collector.spans.length;
    service = await startService({
      PITEL_BASE_URL: pbx.url,
      REDIS_URL: redisServer.url,
      NODE_OPTIONS: `--import=${dataModule(TELL_LOADED)}`,
    });
    await until(async () => (await redis.xlen('pitel:{default}:events')) > 0, 'the first events');
    const entries = await redis.xrange('pitel:{default}:events', '-', '+');
    const events = entries.map(([, fields]) => JSON.parse(fields[1]!) as BridgeEvent);
    expect(events.filter((event) => 'traceparent' in event)).toEqual([]);
    expect(collector.spans.length).toBe(spans);
    service.signal('SIGUSR2');
    const { reason = '' } = await service.line(({ msg }) => msg === 'loaded');
    expect(reason).toContain('socket.io');
    // Its API alone is nothing but interfaces, and prom-client's.
    expect(reason.replaceAll('@opentelemetry/api', '')).not.toContain('@opentelemetry');
  });
});

/** Says on SIGUSR2 which CommonJS packages are loaded; OpenTelemetry's are among those when it is. */
const TELL_LOADED = `
import { createRequire } from 'node:module';
const { cache } = createRequire('/');
process.on('SIGUSR2', () => {
  const packages = Object.keys(cache).map((file) => file.split('/node_modules/').at(-1).split('/').slice(0, 2).join('/'));
  console.log(JSON.stringify({ level: 'info', msg: 'loaded', reason: [...new Set(packages)].join() }));
});
`;

function dataModule(source: string): string {
  return `data:text/javascript,${encodeURIComponent(source)}`;
}
