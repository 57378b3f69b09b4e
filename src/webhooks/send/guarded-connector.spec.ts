import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { systemClock } from '../../base/clock.js';
import { webhookEndpoint } from '../../../test/support/webhook-endpoint.js';
import type { Outgoing } from '../sender.js';
import type { FoundAddress, Lookup } from './guarded-connector.js';
import { HttpSender } from './http-sender.js';

const NEVER = new AbortController().signal;
const OUTGOING: Outgoing = { id: 'evt_1', method: 'POST', url: null, headers: new Map(), body: '{}' };

/** Listens on every address of the machine, and counts: a connection is a failure of the guard. */
let server: Server;
let connections = 0;
let port = 0;
const sockets = new Set<Socket>();
beforeAll(async () => {
  server = createServer((socket) => {
    connections += 1;
    sockets.add(socket.on('error', () => undefined).resume());
    socket.end('HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '::', resolve));
  port = (server.address() as AddressInfo).port;
});
beforeEach(() => (connections = 0));
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  return new Promise((resolve) => server.close(resolve));
});

const found = (...addresses: string[]): readonly FoundAddress[] =>
  addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

const resolving =
  (...answers: readonly (readonly FoundAddress[])[]): Lookup =>
  (_, done) =>
    done(null, answers.length > 1 ? (answers as FoundAddress[][]).shift()! : answers[0]!);

async function send(
  url: string,
  { lookup, allowAddresses = [] }: { lookup?: Lookup; allowAddresses?: string[] } = {},
) {
  const sender = new HttpSender({ time: systemClock, ...(lookup !== undefined && { lookup }) });
  try {
    return await sender.send(webhookEndpoint(url, { allowAddresses }), OUTGOING, NEVER);
  } finally {
    await sender.close();
  }
}

/** As a name of the machine's own, `/etc/hosts` or DNS would give it. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  localhost: ['127.0.0.1', '::1'],
  'localhost.': ['127.0.0.1'],
  'loopback.example': ['127.0.0.1'],
  'loopback6.example': ['::1'],
  'mapped.example': ['::ffff:127.0.0.1'],
  'unspecified.example': ['0.0.0.0'],
  'unspecified6.example': ['::'],
  'private.example': ['10.0.0.1'],
  'metadata.example': ['169.254.169.254'],
  'metadata6.example': ['fd00:ec2::254'],
  'nat64.example': ['64:ff9b::7f00:1'],
  'sixtofour.example': ['2002:7f00:1::'],
  'zone.example': ['fe80::1%lo'],
  'mixed.example': ['93.184.215.14', '127.0.0.1'],
  'mixed6.example': ['2606:2800:21f:cb07::1', '::1'],
};

describe('a connection', () => {
  it.each([
    'http://127.0.0.1',
    'http://127.0.0.2',
    'http://127.1',
    'http://0',
    'http://0.0.0.0',
    'http://2130706433',
    'http://0x7f000001',
    'http://0x7f.0.0.1',
    'http://0177.0.0.1',
    'http://017700000001',
    'http://127.0.0.1.',
    'http://127%2E0%2E0%2E1',
    'http://①②⑦.0.0.1',
    'http://[::1]',
    'http://[::]',
    'http://[::127.0.0.1]',
    'http://[::ffff:127.0.0.1]',
    'http://[::ffff:7f00:1]',
    'http://[64:ff9b::7f00:1]',
    'http://[2002:7f00:1::]',
    'http://[fe80::1]',
    'http://[fd00:ec2::254]',
    'http://169.254.169.254',
    'http://10.0.0.1',
    'http://172.16.0.1',
    'http://192.168.0.1',
    'http://100.64.0.1',
    'http://224.0.0.1',
    'http://255.255.255.255',
    'http://192.0.2.1',
    'http://198.18.0.1',
    'https://127.0.0.1',
    'https://[::1]',
  ])('to the literal %s is not made', async (origin) => {
    const result = await send(`${origin}:${port}/hook`);
    expect(result).toMatchObject({ verdict: { kind: 'endpoint-failed' }, status: null });
    expect(result.error).toMatch(
      /^address refused: it is an? |^address refused: it is the |^address refused: it is not /,
    );
    expect(connections).toBe(0);
  });

  it.each(Object.keys(NAMES))('to the name %s is not made', async (name) => {
    const lookup: Lookup = (hostname, done) => done(null, found(...NAMES[hostname]!));
    for (const scheme of ['http', 'https']) {
      const result = await send(`${scheme}://${name}:${port}/hook`, { lookup });
      expect(result.error).toMatch(/^address refused: name resolves to /);
    }
    expect(connections).toBe(0);
  });

  it('to what the system itself calls localhost is not made', async () => {
    expect((await send(`http://localhost:${port}/`)).error).toMatch(
      /^address refused: name resolves to a loopback/,
    );
    expect(connections).toBe(0);
  });

  it('leads to the address that was checked: what a second look-up says changes nothing', async () => {
    let lookups = 0;
    const lookup: Lookup = (_, done) => {
      lookups += 1;
      done(null, lookups === 1 ? found('127.0.0.2') : found('127.0.0.1'));
    };
    const result = await send(`http://rebinding.example:${port}/`, { lookup, allowAddresses: ['127.0.0.2'] });
    expect(result.verdict).toEqual({ kind: 'delivered' });
    expect(lookups).toBe(1);
    expect(connections).toBe(1);
  });

  it('is checked each time that it is made', async () => {
    const lookup = resolving(found('127.0.0.2'), found('127.0.0.1'));
    const sender = new HttpSender({ time: systemClock, lookup });
    const endpoint = webhookEndpoint(`http://rebinding.example:${port}/`, { allowAddresses: ['127.0.0.2'] });
    expect((await sender.send(endpoint, OUTGOING, NEVER)).verdict).toEqual({ kind: 'delivered' });
    expect((await sender.send(endpoint, OUTGOING, NEVER)).error).toMatch(/^address refused/);
    await sender.close();
    expect(connections).toBe(1);
  });

  it('to a private receiver is made where its network is allowed', async () => {
    expect((await send(`http://127.0.0.1:${port}/`, { allowAddresses: ['127.0.0.0/8'] })).status).toBe(204);
    const lookup = resolving(found('127.0.0.1'));
    expect((await send(`http://crm.lan:${port}/`, { lookup, allowAddresses: ['127.0.0.1'] })).status).toBe(
      204,
    );
    expect(
      (await send(`http://crm.lan:${port}/`, { lookup, allowAddresses: ['127.0.0.2'] })).status,
    ).toBeNull();
    expect(connections).toBe(2);
  });

  it('goes over no proxy of the environment', async () => {
    const names = [
      'HTTP_PROXY',
      'HTTPS_PROXY',
      'ALL_PROXY',
      'http_proxy',
      'https_proxy',
      'NODE_USE_ENV_PROXY',
    ];
    const before = names.map((name) => process.env[name]);
    for (const name of names) process.env[name] = name.startsWith('NODE') ? '1' : `http://127.0.0.1:${port}`;
    try {
      const lookup = resolving(found('127.0.0.3'));
      // Nothing listens there: port 1.
      await send('http://crm.example:1/', { lookup, allowAddresses: ['127.0.0.3'] });
      await send('https://crm.example:1/', { lookup, allowAddresses: ['127.0.0.3'] });
    } finally {
      names.forEach((name, index) => {
        if (before[index] === undefined) delete process.env[name];
        else process.env[name] = before[index];
      });
    }
    expect(connections).toBe(0);
  });

  it('fails as one that cannot be made where a name has no address', async () => {
    const missing: Lookup = (_, done) => done(Object.assign(new Error('x'), { code: 'ENOTFOUND' }), []);
    expect((await send('http://crm.example/', { lookup: missing })).error).toBe('host name not found');
    expect((await send('http://crm.example/', { lookup: resolving([]) })).error).toBe('host name not found');
  });
});
