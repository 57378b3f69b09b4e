import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** A receiver of webhooks in a process of its own: takes every request, and says over its channel where it listens. */
const [certFile, keyFile] = process.argv.slice(2);
const server = createServer(
  { cert: readFileSync(certFile!), key: readFileSync(keyFile!) },
  (request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(204).end());
  },
);
server.listen(0, '127.0.0.1', () => {
  process.send!({ port: (server.address() as AddressInfo).port });
});
// Its parent has ended.
process.on('disconnect', () => process.exit());
