import fc from 'fast-check';
import { type Cut, cutRows } from './row-slicer.js';

function cut(text: string): { rows: unknown[]; rest: unknown } | null {
  const found = cutRows(Buffer.from(text), null) as Cut | null;
  if (found === null) return null;
  const rows = found.starts.map((start, row) =>
    JSON.parse(found.body.subarray(start, found.ends[row]).toString()),
  );
  return { rows, rest: found.rest };
}

it('cuts the rows out of data and keeps the rest', () => {
  expect(cut('{"data":[{"a":1},{"b":[{"c":"}]"}]}],"total":2}')).toEqual({
    rows: [{ a: 1 }, { b: [{ c: '}]' }] }],
    rest: { data: [], total: 2 },
  });
});

it('takes any white space and any order of members', () => {
  expect(
    cut(' \n{ "total" : 1e2 ,\t"x":{"data":[1,"]"]},"y":"\\"data\\":[{", "data"\r\n:\n[ { } ,\n{}\t] } \n'),
  ).toEqual({
    rows: [{}, {}],
    rest: { total: 100, x: { data: [1, ']'] }, y: '"data":[{', data: [] },
  });
});

it('recognises every row of the last body, however new rows break the order and the space between them', () => {
  const names = Array.from({ length: 40 }, (_, row) => `{"a":${row}}`);
  const body = (rows: readonly string[], comma = ',') => Buffer.from(`{"data":[${rows.join(comma)}]}`);
  const last = cutRows(body(names), null) as Cut;
  const numbers = fc.nat({ max: 39 });
  const edits = fc.record({
    dropped: fc.uniqueArray(numbers, { maxLength: 3 }),
    changed: fc.uniqueArray(numbers, { maxLength: 3 }),
    spaced: fc.uniqueArray(numbers, { maxLength: 3 }),
  });
  fc.assert(
    fc.property(edits, ({ dropped, changed, spaced }) => {
      const kept = [...names.keys()].filter((row) => !dropped.includes(row));
      const rows = kept.map((row) => (changed.includes(row) ? '{"new":1}' : names[row]!));
      const text = rows.map((row, at) => (spaced.includes(at) ? `\n ${row}` : row));
      const found = cutRows(body(text), last) as Cut;
      expect(found.origins).toEqual(kept.map((row) => (changed.includes(row) ? -1 : row)));
      expect(found.starts.map((start, at) => found.body.toString('utf8', start, found.ends[at]))).toEqual(
        rows,
      );
    }),
  );
});

it('an empty list has no rows', () => {
  expect(cut('{"data":[ ]}')).toEqual({ rows: [], rest: { data: [] } });
});

it.each([
  ['another document', '[{"data":[]}]'],
  ['no data', '{"total":1}'],
  ['data that is no list', '{"data":null}'],
  ['an escaped name', '{"d\\u0061ta":[{}]}'],
  ['a second data, which would count instead', '{"data":[{}],"data":[]}'],
  ['a second data, escaped', '{"data":[{}],"d\\u0061ta":[]}'],
  ['rows that are no objects', '{"data":[{},null]}'],
  ['a comma too many', '{"data":[{},]}'],
  ['a comma too few', '{"data":[{}{}]}'],
  ['a comma first', '{"data":[,{}]}'],
  ['a list that is cut short', '{"data":[{"a":1},{"b"'],
  ['a document that is cut short', '{"data":[{"a":1}]'],
  ['something behind the document', '{"data":[{}]} x'],
  ['something illegal before it', '{"a":tru,"data":[{}]}'],
  ['nothing at all', ''],
])('does not claim to understand %s', (_, text) => {
  expect(cut(text)).toBeNull();
});

it('agrees with JSON.parse on every legal answer it understands', () => {
  const row = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' }));
  const document = fc.record({ before: fc.jsonValue(), data: fc.array(row), total: fc.nat() });
  fc.assert(
    fc.property(document, fc.constantFrom(0, 2, '\t'), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      const whole = JSON.parse(text) as { data: unknown[] };
      expect(cut(text)).toEqual({ rows: whole.data, rest: { ...whole, data: [] } });
    }),
  );
});

it('never cuts a body that JSON.parse rejects, and always agrees with JSON.parse', () => {
  const noise = fc
    .array(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '"',
        '\\',
        ' ',
        '"data"',
        '"a"',
        '1',
        'null',
        '{"data":[',
      ),
    )
    .map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(noise, (text) => {
      let found: ReturnType<typeof cut>;
      try {
        found = cut(`{"data":[${text}`);
      } catch {
        return; // A range that is not legal JSON: who parses it finds out.
      }
      if (found !== null)
        expect(found.rows).toEqual((JSON.parse(`{"data":[${text}`) as { data: unknown[] }).data);
    }),
    { numRuns: 2_000 },
  );
});
