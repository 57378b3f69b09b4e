import { PassThrough } from 'node:stream';
import { LogOutput } from './log-output.js';

const LINE = `${'x'.repeat(1_023)}\n`;

function setUp() {
  const stream = new PassThrough({ highWaterMark: 16_384 });
  const reported: number[] = [];
  const output = new LogOutput(stream, (dropped) => reported.push(dropped));
  return { stream, output, reported };
}

describe('the output of the log', () => {
  it('passes lines on in their order', () => {
    const { stream, output } = setUp();
    output.write('one\n');
    output.write('two\n');
    expect(String(stream.read())).toBe('one\ntwo\n');
    expect([output.dropped, output.isBlocked]).toEqual([0, false]);
  });

  it('keeps a bounded number of unread lines, drops and counts the others, and says so when it is read again', async () => {
    const { stream, output, reported } = setUp();
    for (let nth = 0; nth < 5_000; nth++) output.write(LINE);
    const { dropped } = output;
    expect(stream.writableLength + stream.readableLength).toBeLessThan(1_200_000);
    expect(dropped).toBeGreaterThan(3_900);
    expect([output.isBlocked, reported]).toEqual([true, []]);
    let read = 0;
    stream.on('data', (chunk: Buffer) => (read += chunk.length));
    await new Promise((resolve) => stream.once('drain', resolve));
    expect([read, reported, output.isBlocked]).toEqual([(5_000 - dropped) * LINE.length, [dropped], false]);
    output.write(LINE);
    expect([output.dropped, reported]).toEqual([dropped, [dropped]]);
  });

  it('ends in bounded time with lines that are not read, and at once without any', async () => {
    const { stream, output } = setUp();
    await output.flush();
    for (let nth = 0; nth < 100; nth++) output.write(LINE);
    await output.flush();
    expect(stream.writableLength).toBeGreaterThan(0);
    const flushed = output.flush();
    stream.resume();
    await flushed;
    expect(stream.writableLength).toBe(0);
  });

  it('counts the lines for a reader that has gone', () => {
    const { stream, output } = setUp();
    stream.emit('error', new Error('EPIPE'));
    output.write(LINE);
    expect([output.dropped, output.isBlocked]).toEqual([1, true]);
  });
});
