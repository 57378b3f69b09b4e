import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { BridgeEvent } from '../../src/core/model/event.js';
import { type Line, readCapture } from '../../src/replay/read-capture.js';
import { replay } from '../../src/replay/replay.js';

/**
 * Every capture in this folder, replayed: `NAME.ndjson` must give the events in `NAME.events.ndjson`, and no complaint.
 * docs/capture.md says how a fault seen in production gets here.
 */
const folder = new URL('.', import.meta.url);
const captures = readdirSync(folder).filter((name) => /^[\w-]+\.ndjson$/.test(name));

const textsOf = (name: string): string[] => {
  const lines = readFileSync(new URL(name, folder), 'utf8').split('\n');
  return lines.filter((line) => line !== '');
};

describe('a kept capture', () => {
  it.each(captures)('still gives its events: %s', async (name) => {
    const lines: Line[] = textsOf(name).map((text, index) => ({ file: name, number: index + 1, text }));
    const events: BridgeEvent[] = [];
    const complaints: string[] = [];
    for await (const outcome of replay(readCapture(lines))) {
      if (outcome.kind === 'event') events.push(outcome.event);
      else complaints.push(outcome.text);
    }
    const expected = textsOf(name.replace(/\.ndjson$/, '.events.ndjson'));
    expect(events).toEqual(expected.map((text) => JSON.parse(text) as BridgeEvent));
    expect(complaints).toEqual([]);
  });
});
