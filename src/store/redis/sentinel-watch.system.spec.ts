import { afterEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { startRedis } from '../../../test/support/redis.js';
import { startSentinel } from '../../../test/support/redis-sentinel.js';
import { startTcpProxy } from '../../../test/support/tcp-proxy.js';
import { until } from '../../../test/support/until.js';
import { sentinelConnector } from './connectors.js';
import { SentinelWatch } from './sentinel-watch.js';

describe('the watch over the sentinels', () => {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  it('leaves a client alone that is already asking for the master: ioredis would give it up for good', async () => {
    const sentinel = await startSentinel({ replicas: 0 });
    ends.push(() => sentinel.stop());
    const proxy = await startTcpProxy(sentinel.sentinels[0]!.port);
    ends.push(() => proxy.close());
    // Publishes what sentinels publish, when the test wants it.
    const speaker = await startRedis();
    ends.push(() => speaker.stop());
    const admin = new Redis(speaker.url);
    ends.push(() => admin.disconnect());

    const { name } = sentinel;
    const client = new Redis({
      sentinels: [{ host: '127.0.0.1', port: proxy.port }],
      name,
      Connector: sentinelConnector,
      updateSentinels: false,
      retryStrategy: () => 10,
    });
    client.on('error', () => undefined);
    ends.push(() => client.disconnect());
    const watch = new SentinelWatch(
      { sentinels: [{ host: '127.0.0.1', port: speaker.port }], name },
      {},
      () => {
        throw new Error('no sentinel refuses here');
      },
    );
    ends.push(() => watch.close());
    watch.follow(client);
    await until(() => client.status === 'ready');
    await until(async () => (await admin.pubsub('NUMSUB', '+switch-master'))[1] === 1);

    proxy.delayReplies(200);
    const switched = `${name} 127.0.0.1 1 127.0.0.1 2`;
    await admin.publish('+switch-master', switched);
    await until(() => client.status === 'connecting', 'the client to ask for the master');
    await admin.publish('+switch-master', switched);
    await until(() => ['ready', 'end'].includes(client.status));
    expect(client.status).toBe('ready');
    expect(await client.ping()).toBe('PONG');
  });
});
