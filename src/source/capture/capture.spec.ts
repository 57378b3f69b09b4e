import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_POLICY } from '../../core/model/call.js';
import type { Endpoint } from '../../core/model/observation.js';
import { type PollResult, pollResult } from '../poll-result.js';
import { Capture, type CaptureOptions, type PollOutcome } from './capture.js';
import { CaptureFiles } from './capture-files.js';
import type { AnswerRecord, CaptureRecord } from './capture-record.js';

const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'capture-'));
  folders.push(folder);
  return folder;
}

/** A poll's outcome, by when it was sent. */
type Brought = (endpoint: Endpoint, times: { startedAt: number; at: number }) => PollOutcome;

const answered =
  (body: string | Buffer): Brought =>
  (endpoint, times) => ({
    result: pollResult(
      { endpoint, ...times, outcome: 'complete', reason: null } as PollResult['observation'],
      { sentAt: 0, status: 200 },
      5,
    ),
    body: Buffer.from(body as string),
    doubt: null,
  });
const failed: Brought = (endpoint, times) => ({
  result: pollResult(
    { endpoint, ...times, outcome: 'failed', reason: 'HTTP 503' },
    { sentAt: 0, status: 503, retryAfterMs: 2_000 },
    5,
  ),
  body: null,
  doubt: null,
});

/** A capture in a folder of its own; `now` is its clock. */
async function newCapture(options: Partial<CaptureOptions> = {}) {
  const directory = options.directory ?? join(await newFolder(), 'new');
  const clock = { now: Date.UTC(2026, 2, 2, 1) };
  const stopped: string[] = [];
  const capture = new Capture({
    options: {
      directory,
      maxBytes: 1_000_000,
      maxFiles: 10,
      numbers: 'plain',
      id: 'one',
      key: Buffer.alloc(32, 1),
      policy: DEFAULT_POLICY,
      onStopped: (tenant, reason) => stopped.push(`${tenant}: ${reason}`),
      ...options,
    },
    of: { tenant: 'acme', timeZone: 'Asia/Ho_Chi_Minh', country: 'VN', time: { now: () => clock.now } },
    conceal: (text) => text.replaceAll('s3cret', '[…]'),
  });
  /** One cycle of both endpoints. */
  const cycle = (monitor: Brought, queue: Brought): void => {
    const ended = [capture.begin(), capture.begin()] as const;
    const times = { startedAt: clock.now, at: (clock.now += 5) };
    ended[0](monitor('monitor', times));
    ended[1](queue('queue', times));
  };
  const records = async (): Promise<CaptureRecord[]> => {
    const texts: string[] = [];
    for (const name of (await readdir(directory)).sort())
      texts.push(await readFile(join(directory, name), 'utf8'));
    return texts
      .join('')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as CaptureRecord);
  };
  return { capture, cycle, records, directory, clock, stopped };
}

const EMPTY = '{"data":[]}';
const afterTurn = (): Promise<void> => new Promise(setImmediate);

describe('a capture', () => {
  it('begins with how it is to be read, then has each poll’s outcome; a repeated body only once', async () => {
    const { capture, cycle, records } = await newCapture();
    cycle(answered(EMPTY), failed);
    await afterTurn();
    cycle(answered(EMPTY), answered(EMPTY));
    await capture.close();
    const [start, ...answers] = await records();
    expect(start).toMatchObject({
      v: 1,
      record: 'start',
      tenant: 'acme',
      timeZone: 'Asia/Ho_Chi_Minh',
      country: 'VN',
      numbers: 'plain',
      policy: DEFAULT_POLICY,
    });
    expect(answers).toMatchObject([
      {
        cycle: 1,
        endpoint: 'monitor',
        startedAt: '2026-03-02T01:00:00.000Z',
        at: '2026-03-02T01:00:00.005Z',
        status: 200,
        body: EMPTY,
      },
      { cycle: 1, endpoint: 'queue', status: 503, reason: 'HTTP 503', retryAfterMs: 2_000 },
      { cycle: 2, endpoint: 'monitor', status: 200, same: expect.stringMatching(/^[0-9a-f]{16}$/) },
      { cycle: 2, endpoint: 'queue', body: EMPTY },
    ]);
    expect(JSON.stringify(answers)).not.toContain('secret page');
  });

  it('keeps bytes that are no text as they were', async () => {
    const { capture, cycle, records } = await newCapture();
    const bytes = Buffer.concat([
      Buffer.from('{"data":[{"a":"'),
      Buffer.from([0xff, 0x80]),
      Buffer.from('"}]}'),
    ]);
    cycle(answered(bytes), answered(EMPTY));
    await capture.close();
    const answer = (await records())[1] as AnswerRecord;
    expect(Buffer.from(answer.body64!, 'base64')).toEqual(bytes);
  });

  it('hashes numbers when it is asked to, and never writes a secret', async () => {
    const { capture, cycle, records } = await newCapture({ numbers: 'hashed' });
    cycle(answered('{"data":[],"who":"s3cret","n":"0914237383"}'), answered(EMPTY));
    await capture.close();
    const text = JSON.stringify(await records());
    expect(text).toMatch(/0914\d{6}/);
    expect(text).not.toMatch(/s3cret|0914237383/);
  });

  it('can be read by its owner alone', async () => {
    const { capture, cycle, directory } = await newCapture();
    cycle(answered(EMPTY), answered(EMPTY));
    await capture.close();
    const [name] = await readdir(directory);
    expect(name).toBe('acme-20260302T010000005Z.ndjson');
    expect((await stat(join(directory, name!))).mode & 0o777).toBe(0o600);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
  });

  it('leaves out a cycle that was aborted, which the bridge does not record either', async () => {
    const { capture, cycle, records } = await newCapture();
    const ended = [capture.begin(), capture.begin()] as const;
    ended[0](answered(EMPTY)('monitor', { startedAt: 0, at: 1 }));
    ended[1](null);
    await afterTurn();
    cycle(answered(EMPTY), answered(EMPTY));
    await capture.close();
    expect((await records()).map((record) => ('cycle' in record ? record.cycle : null))).toEqual([
      null,
      2,
      2,
    ]);
  });

  it('notes how many polls are missing when they come faster than the disk can write', async () => {
    const { capture, cycle, records } = await newCapture();
    for (let turn = 0; turn < 40; turn++) {
      cycle(answered(EMPTY), answered(EMPTY));
      // Only microtasks: nothing can be written meanwhile.
      await Promise.resolve();
    }
    await capture.close();
    const written = await records();
    const gap = written.at(-1)!;
    const answers = written.filter(({ record }) => record === 'answer').length;
    expect(gap.record === 'gap' && gap.dropped + answers).toBe(80);
  });

  it('begins another file when one is full, readable by itself, and deletes the oldest', async () => {
    const { capture, cycle, directory } = await newCapture({ maxBytes: 400, maxFiles: 3 });
    for (let turn = 0; turn < 6; turn++) {
      cycle(answered(EMPTY), answered(EMPTY));
      await capture.close();
    }
    const names = (await readdir(directory)).sort();
    expect(names).toHaveLength(3);
    for (const name of names) {
      const lines = (await readFile(join(directory, name), 'utf8')).split('\n').slice(0, -1);
      expect(lines.map((line) => (JSON.parse(line) as CaptureRecord).record)).toEqual([
        'start',
        'answer',
        'answer',
      ]);
      expect(lines.join()).not.toContain('"same"');
    }
  });

  it('stops with one report when it cannot be written, and throws nothing then or later', async () => {
    const folder = await newFolder();
    await writeFile(join(folder, 'file'), '');
    const { capture, cycle, stopped } = await newCapture({ directory: join(folder, 'file', 'captures') });
    for (let turn = 0; turn < 3; turn++) {
      cycle(answered(EMPTY), answered(EMPTY));
      await capture.close();
    }
    expect(stopped).toEqual(['acme: cannot be written (ENOTDIR)']);
  });

  it('stops in the middle as well, and leaves what was written', async () => {
    const { capture, cycle, directory, stopped } = await newCapture();
    cycle(answered(EMPTY), answered(EMPTY));
    await capture.close();
    await rm(directory, { recursive: true });
    cycle(answered(EMPTY), answered(EMPTY));
    await capture.close();
    expect(stopped).toEqual(['acme: cannot be written (ENOENT)']);
  });
});

describe('the files of a capture', () => {
  it('are those of one tenant: another’s, of however similar a name, are left alone', async () => {
    const directory = await newFolder();
    const others = ['acme-2-20200101T000000000Z.ndjson', 'acme.ndjson', 'notes-20200101T000000000Z.txt'];
    for (const name of [...others, 'acme-20200101T000000000Z.ndjson'])
      await writeFile(join(directory, name), '');
    const files = new CaptureFiles({
      directory,
      tenant: 'acme',
      maxBytes: 1,
      maxFiles: 1,
      time: { now: () => 0 },
    });
    await files.append('text\n');
    await files.append('text\n');
    expect((await readdir(directory)).sort()).toEqual([...others, 'acme-19700101T000000002Z.ndjson'].sort());
  });
});
