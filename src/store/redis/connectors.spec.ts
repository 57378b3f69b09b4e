import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { anyNodeConnector, hostConnector } from './connectors.js';

describe('a connector', () => {
  it.each([
    ['to a host', () => hostConnector],
    ['to any node', (port: number) => anyNodeConnector([{ host: '127.0.0.1', port }])],
  ])('%s hears every error of its socket, not only the first', async (_, connectorTo) => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const connector = new (connectorTo(port))({ host: '127.0.0.1', port });
    const stream = await connector.connect(() => undefined);
    // `emit` throws an error that has no listener.
    for (const reason of ['refused', 'decode error'])
      expect(stream.emit('error', new Error(reason))).toBe(true);
    expect(connector.firstError?.message).toBe('refused');
    stream.destroy();
    server.close();
    await once(server, 'close');
  });
});
