import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { systemClock } from '../../base/clock.js';
import { makeCertificate, type TestCertificate } from '../../../test/support/certificate.js';
import { webhookEndpoint } from '../../../test/support/webhook-endpoint.js';
import type { Outgoing } from '../sender.js';
import { HttpSender, type HttpSenderOptions } from './http-sender.js';

const NEVER = new AbortController().signal;
const OUTGOING: Outgoing = { id: 'evt_1', method: 'POST', url: null, headers: new Map(), body: '{}' };

let certificate: TestCertificate;
let server: Server;
let port: number;
const names: (string | false | null | undefined)[] = [];

beforeAll(async () => {
  certificate = await makeCertificate();
  server = createServer(
    { cert: certificate.pem, key: readFileSync(certificate.keyFile) },
    (request, response) => {
      names.push((request.socket as TLSSocket).servername);
      request.resume();
      response.writeHead(204).end();
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
beforeEach(() => names.splice(0));
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await certificate.remove();
});

async function send(url: string, options: Partial<HttpSenderOptions>) {
  const sender = new HttpSender({
    time: systemClock,
    lookup: (_, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
    ...options,
  });
  try {
    return await sender.send(webhookEndpoint(url, { allowHttp: false }), OUTGOING, NEVER);
  } finally {
    await sender.close();
  }
}

describe('a receiver over TLS', () => {
  it('is verified by its name, although the connection leads to an address that was checked', async () => {
    const result = await send(`https://localhost:${port}/`, { ca: certificate.pem });
    expect(result).toMatchObject({ verdict: { kind: 'delivered' }, status: 204 });
    expect(names).toEqual(['localhost']);
  });

  it.each([
    ['whose certificate is for another name', 'https://crm.example', true, 'certificate is for another name'],
    [
      'whose certificate no authority has signed',
      'https://localhost',
      false,
      'certificate is not trusted: self-signed',
    ],
  ])('%s gets no request', async (_, origin, isTrusted, error) => {
    const result = await send(`${origin}:${port}/`, isTrusted ? { ca: certificate.pem } : {});
    expect(result).toMatchObject({
      verdict: { kind: 'endpoint-failed', retryAfterMs: null },
      status: null,
      error,
    });
    expect(names).toEqual([]);
  });
});
