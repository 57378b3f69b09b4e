import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { BridgeEvent } from '../../src/core/model/event.js';
import { type Line, readCapture } from '../../src/replay/read-capture.js';
import { replay } from '../../src/replay/replay.js';
import { ROOT } from '../support/root.js';

const FOLDER = new URL('test/freeswitch/', ROOT);

/** The lines of a recording in this folder. */
export function linesOf(file: string): string[] {
  const text = gunzipSync(readFileSync(new URL(`${file}.ndjson.gz`, FOLDER))).toString('utf8');
  return text.split('\n').filter((line) => line !== '');
}

/** The events that the bridge makes of a recorded capture. @throws Error at a line that cannot be read */
export async function eventsOf(file: string): Promise<BridgeEvent[]> {
  const lines: Line[] = linesOf(file).map((text, index) => ({ file, number: index + 1, text }));
  const events: BridgeEvent[] = [];
  for await (const outcome of replay(readCapture(lines))) {
    if (outcome.kind === 'problem') throw new Error(outcome.text);
    if (outcome.kind === 'event') events.push(outcome.event);
  }
  return events;
}
