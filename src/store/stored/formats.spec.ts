import { difference } from '../store.contract-kit.js';
import { readdirSync, readFileSync } from 'node:fs';
import type { z } from 'zod';
import { GOLDEN_STATE_1 } from '../../../test/support/golden-state-1.js';
import { GOLDEN_STATE, goldenFile } from '../../../test/support/golden-state.js';
import { EMPTY_STATE } from '../../core/model/call.js';
import { NewerFormatError } from '../errors.js';
import { decode, decodeReadable, encodeWhole, patch } from './codec.js';
import { SCHEMAS } from './format-2.js';
import { type Migration, STORED_FORM } from './formats.js';

const golden = (format: number) =>
  new Map(Object.entries(JSON.parse(readFileSync(goldenFile(format), 'utf8')) as Record<string, string>));

/** The names of a schema's values that may be missing, at any depth. */
function optionalNames(schema: unknown): string[] {
  const { shape, element, def } = schema as {
    shape?: object;
    element?: unknown;
    def: { innerType?: unknown };
  };
  if (shape !== undefined)
    return Object.entries(shape).flatMap(([name, value]) => [
      ...((value as z.ZodType).safeParse(undefined).success ? [name] : []),
      ...optionalNames(value),
    ]);
  const inner = element ?? def.innerType;
  return inner === undefined ? [] : optionalNames(inner);
}

describe('the formats of a stored state', () => {
  it('have a golden file and a migration each, and the newest is written', () => {
    const files = readdirSync(new URL('.', goldenFile(0))).toSorted();
    const formats = Array.from({ length: STORED_FORM.format + 1 }, (_, format) => `format-${format}.json`);
    expect(files).toEqual(formats);
    expect(STORED_FORM.migrations).toHaveLength(STORED_FORM.format);
  });

  it.each([
    [0, GOLDEN_STATE_1],
    [1, GOLDEN_STATE_1],
    [2, GOLDEN_STATE],
  ])('read format %d as it was written', (format, written) => {
    const fields = golden(format);
    expect(fields.get('format')).toBe(format === 0 ? undefined : String(format));
    const state = decode('acme', fields);
    expect(state).toEqual(written);
    expect([...state.calls.keys()]).toEqual([...written.calls.keys()]);
    expect([...state.ended.keys()]).toEqual([...written.ended.keys()]);
  });

  it('0 and 1 hold the same, so that builds before formats can go back to what this one writes', () => {
    const parsed = (fields: Map<string, string>) =>
      [...fields].map(([field, text]) => [field, JSON.parse(text) as unknown]);
    const [before, after] = [golden(0), golden(1)];
    after.delete('format');
    expect(parsed(after)).toEqual(parsed(before));
  });

  it('write the newest byte for byte, as a whole and as what differs from nothing', () => {
    const fields = golden(STORED_FORM.format);
    expect(encodeWhole(GOLDEN_STATE)).toEqual(fields);
    const { set, remove } = patch(difference(EMPTY_STATE, GOLDEN_STATE));
    expect(new Map([...set, ['format', String(STORED_FORM.format)]])).toEqual(fields);
    expect(remove).toEqual([]);
  });

  it('have every value that may be missing in the newest golden file', () => {
    const text = [...golden(STORED_FORM.format).values()].join('\n');
    const optional = new Set(Object.values(SCHEMAS).flatMap(optionalNames));
    expect(optional.size).toBeGreaterThan(20);
    expect([...optional].filter((name) => !text.includes(`"${name}":`))).toEqual([]);
  });

  it('refuse what is newer, whatever it holds', () => {
    const fields = new Map([
      ['format', '3'],
      ['call:a', 'x'],
    ]);
    expect(() => decode('acme', fields)).toThrow(new NewerFormatError('acme', 3, 2));
    expect(() => decodeReadable('acme', fields)).toThrow(NewerFormatError);
  });

  it.each(['', 'x', ' 1', '1e0', '0x1', '-1'])('are whole numbers: %j is unreadable', (text) => {
    expect(decodeReadable('acme', new Map([['format', text]])).unreadable).toEqual(['format']);
  });

  it.each(['1', '2'])(
    'take a state of format %s through every migration in turn, each field for itself',
    (from) => {
      const drop: Migration = (stored) => (stored.field === 'call:dropped' ? [] : [stored]);
      const rename: Migration = ({ field, value }) => {
        if (field === 'call:bad') throw new Error('no such thing');
        return field === 'idle' ? [{ field: 'flags', value: { listsIdle: value } }] : [{ field, value }];
      };
      const form = { format: 4, migrations: [...STORED_FORM.migrations, drop, rename] };
      const fields = new Map([
        ['format', from],
        ['ignored', '["q"]'],
        ['flags', '{"listsIdle":true}'],
        ['call:dropped', '1'],
        ['call:bad', '1'],
      ]);
      expect(decodeReadable('acme', fields, form)).toEqual({
        state: { ...EMPTY_STATE, ignoredEntries: new Set(['q']), listsIdle: true },
        unreadable: ['call:bad'],
      });
    },
  );
});
