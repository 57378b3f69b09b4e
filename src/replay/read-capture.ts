import type { Endpoint } from '../core/model/observation.js';
import {
  type AnswerRecord,
  bodyOf,
  captureRecord,
  digestOf,
  type StartRecord,
} from '../source/capture/capture-record.js';

/**
 * Reads the lines of captures into poll cycles, in their order, and into problems.
 *
 * Guarantees: a line that cannot be read is named by file and number and skipped; a later line that repeats its body is
 * named too, and never gets another body. Files are read line by line.
 */
export interface CapturedPoll {
  readonly record: AnswerRecord;
  /** Null where the poll failed. */
  readonly body: Buffer | null;
}

export type Item =
  | { readonly kind: 'start'; readonly start: StartRecord }
  | { readonly kind: 'cycle'; readonly tenant: string; readonly polls: readonly CapturedPoll[] }
  /** What the replay does not show; no defect of the file. */
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'problem'; readonly text: string };

/** A line of a file, without its line break. */
export interface Line {
  readonly file: string;
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

export async function* readCapture(
  lines: AsyncIterable<Line> | Iterable<Line>,
): AsyncGenerator<Item, void, undefined> {
  const bodies = new Bodies();
  let file: string | null = null;
  let started: string | null = null;
  let cycle: { tenant: string; number: number; polls: CapturedPoll[] } | null = null;
  const ended = (): Item[] => {
    const polls = cycle === null || cycle.polls.length === 0 ? [] : [toItem(cycle)];
    cycle = null;
    return polls;
  };

  for await (const line of lines) {
    const where = `${line.file}, line ${line.number}`;
    if (line.file !== file) {
      // Each file is read by itself: a body's digest in one has no meaning in another.
      yield* ended();
      bodies.clear();
      [file, started] = [line.file, null];
    }
    const read = readLine(line.text);
    if (!read.ok) {
      yield* ended();
      yield { kind: 'problem', text: `${where}: ${read.reason}` };
      continue;
    }
    const { record } = read;
    if (record.record !== 'answer') {
      yield* ended();
      if (record.record === 'start') {
        bodies.clear();
        started = record.tenant;
        yield { kind: 'start', start: record };
      } else {
        yield {
          kind: 'note',
          text: `${where}: ${record.dropped} polls were not recorded, because the disk was too slow`,
        };
      }
      continue;
    }
    if (started !== record.tenant) {
      yield* ended();
      yield { kind: 'problem', text: `${where}: no "start" of tenant ${record.tenant} stands before it` };
      continue;
    }
    if (cycle !== null && isAnother(cycle, record)) yield* ended();
    cycle ??= { tenant: record.tenant, number: record.cycle, polls: [] };
    const poll = bodies.poll(record);
    if (poll === null) yield { kind: 'problem', text: `${where}: repeats a body that is not in this file` };
    else cycle.polls.push(poll);
  }
  yield* ended();
}

/** The bodies that a line may repeat: the last of each endpoint. */
class Bodies {
  readonly #last = new Map<Endpoint, { readonly body: Buffer; readonly digest: string }>();

  clear(): void {
    this.#last.clear();
  }

  /** Null when the record refers to a body that is not known. */
  poll(record: AnswerRecord): CapturedPoll | null {
    if (record.reason !== undefined) return { record, body: null };
    const body = bodyOf(record);
    if (body !== null) {
      this.#last.set(record.endpoint, { body, digest: digestOf(body) });
      return { record, body };
    }
    const last = this.#last.get(record.endpoint);
    return last !== undefined && last.digest === record.same ? { record, body: last.body } : null;
  }
}

type ReadLine =
  | { readonly ok: true; readonly record: ReturnType<typeof captureRecord.parse> }
  | { readonly ok: false; readonly reason: string };

function readLine(text: string): ReadLine {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return { ok: false, reason: 'not JSON: malformed or cut short' };
  }
  const checked = captureRecord.safeParse(document);
  if (checked.success) return { ok: true, record: checked.data };
  const { path, message } = checked.error.issues[0]!;
  return { ok: false, reason: `${path.length === 0 ? 'record' : path.join('.')}: ${message}` };
}

function isAnother(
  cycle: { tenant: string; number: number; polls: readonly CapturedPoll[] },
  { tenant, cycle: number, endpoint }: AnswerRecord,
): boolean {
  const isRepeated = cycle.polls.some(({ record }) => record.endpoint === endpoint);
  return cycle.tenant !== tenant || cycle.number !== number || isRepeated;
}

function toItem({ tenant, polls }: { tenant: string; polls: readonly CapturedPoll[] }): Item {
  return { kind: 'cycle', tenant, polls };
}
