import { once } from 'node:events';
import { get } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { jest } from '@jest/globals';
import { Controller, Get, Module } from '@nestjs/common';
import { HttpAdapterHost, NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { until } from '../../test/support/until.js';
import { systemClock } from '../base/clock.js';
import { provide } from '../base/inject.js';
import { ProbeListener } from './probe-listener.js';

@Controller()
class Addresses {
  @Get(['health/live', 'metrics', 'v1/calls'])
  answer(): string {
    return 'here';
  }
}

describe('the listener for probes', () => {
  const info = jest.fn();
  const reached = jest.fn();
  let app: NestExpressApplication;
  let probes: ProbeListener;
  let clients: string;

  async function start(where: 'its own' | 'the clients’' | 'nowhere'): Promise<void> {
    const listener = where === 'its own' ? { host: '127.0.0.1', port: 0 } : null;
    const isOnClients = where === 'the clients’';
    @Module({
      controllers: [Addresses],
      providers: [
        provide(
          ProbeListener,
          [HttpAdapterHost],
          (http) =>
            new ProbeListener({
              ...{ listener, isOnClients, http, clock: systemClock },
              watch: { reached },
              log: { info } as never,
            }),
        ),
      ],
    })
    class TestModule {}
    app = await NestFactory.create<NestExpressApplication>(TestModule, { logger: false });
    probes = app.get(ProbeListener);
    app.use(probes.keepMetricsApart);
    await app.listen(0, '127.0.0.1');
    clients = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
  }

  afterEach(() => app.close());

  const status = (url: string, headers: Record<string, string> = {}) =>
    new Promise<number | undefined>((resolve, reject) => {
      get(url, { agent: false, headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).on('error', reject);
    });

  it('alone has the metrics, shares health with the clients’ listener, and has nothing else', async () => {
    await start('its own');
    const own = probes.address!;
    expect(
      await Promise.all(
        ['/metrics', '/metrics?x', '/health/live', '/v1/calls'].map((path) => status(own + path)),
      ),
    ).toEqual([200, 200, 200, 404]);
    expect(
      await Promise.all(
        ['/metrics', '/METRICS/', '/health/live', '/v1/calls'].map((path) => status(clients + path)),
      ),
    ).toEqual([404, 404, 200, 200]);
    const absolute = connect(Number(new URL(clients).port), '127.0.0.1');
    absolute.write('GET http://here/metrics HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n');
    const [head] = (await once(absolute, 'data')) as [Buffer];
    expect(head.toString()).toMatch(/^HTTP\/1.1 404 /);
    expect(info).toHaveBeenCalledWith({ address: own }, 'metrics are listening');
  });

  it('is not there where it is not configured: the metrics are on the clients’, where only this machine is', async () => {
    await start('the clients’');
    expect(probes.address).toBeNull();
    expect(await status(`${clients}/metrics`)).toBe(200);
  });

  it.each(['X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'X-Forwarded-Host', 'X-Forwarded-Proto', 'Via'])(
    'does not show the metrics on the clients’ to somebody behind a proxy, which adds %s',
    async (name) => {
      await start('the clients’');
      expect(await status(`${clients}/metrics`, { [name]: '192.0.2.1' })).toBe(404);
      expect(await status(`${clients}/METRICS/`, { [name]: '' })).toBe(404);
      expect(await status(`${clients}/v1/calls`, { [name]: '192.0.2.1' })).toBe(200);
    },
  );

  it('shows the metrics nowhere where others reach the clients’', async () => {
    await start('nowhere');
    expect(
      await Promise.all(
        ['/metrics', '/METRICS/', '/health/live', '/v1/calls'].map((path) => status(clients + path)),
      ),
    ).toEqual([404, 404, 200, 200]);
  });

  const connectTo = (url: string) =>
    connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined);

  it('has few connections, and lets go of those that send nothing', async () => {
    await start('its own');
    const silent: Socket[] = [];
    for (let count = 0; count < 20; count += 1) silent.push(connectTo(probes.address!).resume());
    await until(() => silent.filter(({ closed }) => closed).length >= 4);
    expect(await status(`${probes.address}/health/live`)).toBe(200);
    await until(() => silent.every(({ closed }) => closed));
  });

  it('answers a probe at once while others ask, again and again, and read nothing', async () => {
    await start('its own');
    const ask = 'GET /metrics HTTP/1.1\r\nHost: here\r\n\r\n';
    const unread = Array.from({ length: 20 }, () => connectTo(probes.address!));
    for (const socket of unread) socket.write(ask.repeat(2_000));
    await until(() => unread.every(({ connecting, bytesWritten }) => !connecting && bytesWritten > 0));
    for (let count = 0; count < 3; count += 1)
      expect(await status(`${probes.address}/health/live`)).toBe(200);
    for (const socket of unread) socket.resume();
    await until(() => unread.every(({ closed }) => closed));
    expect(reached).toHaveBeenCalledWith('probes');
  });

  it('lets go of one that wants another protocol', async () => {
    await start('its own');
    const socket = connectTo(probes.address!).resume();
    socket.write('GET /metrics HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    await until(() => socket.closed);
    expect(await status(`${probes.address}/health/live`)).toBe(200);
  });
});
