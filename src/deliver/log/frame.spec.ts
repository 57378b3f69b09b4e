import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createHash } from 'node:crypto';
import { textFrame } from './frame.js';

/** What a real WebSocket client makes of the frames, sent in one write. */
async function received(frames: Buffer): Promise<string[]> {
  const server = createServer((socket) => {
    socket.once('data', (request: Buffer) => {
      const key = /Sec-WebSocket-Key: (\S+)/i.exec(request.toString())![1]!;
      const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      socket.end(Buffer.concat([frames, Buffer.from([0x88, 0])]));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { WebSocket } = await import('ws');
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const texts: string[] = [];
  client.on('message', (data: Buffer, binary: boolean) => texts.push(binary ? 'binary' : data.toString()));
  await new Promise((resolve) => client.on('close', resolve));
  server.close();
  return texts;
}

it('writes text frames of every length as a client reads them, one after the other in one buffer', async () => {
  const texts = [0, 1, 125, 126, 65_535, 65_536, 200_000]
    .map((length) => 'x'.repeat(length))
    .concat('Nguyễn ☎');
  expect(await received(Buffer.concat(texts.map(textFrame)))).toEqual(texts);
});
