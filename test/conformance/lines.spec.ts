import { parseLine } from './lines.js';

describe('a line of a consumer', () => {
  it.each([
    { say: 'ready', profile: 'stream' },
    { say: 'connect', cursor: null },
    { say: 'connect', cursor: 'e1:0000000000000001' },
    { say: 'disconnect' },
    { say: 'handled', id: 'acme/c1/call-started' },
    { say: 'saved', cursor: 'e1:0000000000000001' },
    { say: 'acknowledged', delivery: 'evt_1' },
    { say: 'refused', delivery: 'evt_1', reason: 'no such call' },
    { say: 'state', report: 1 },
    { say: 'state', report: 1, calls: { c1: 'ringing' }, sources: {}, more: 'is ignored' },
  ])('is understood: %j', (line) => {
    expect(parseLine(JSON.stringify(line))).toEqual(line);
  });

  it.each([
    ['listening on 8080', 'it is no JSON'],
    ['"ready"', 'it is no JSON object'],
    ['[1]', 'it is no JSON object'],
    ['{"say":"hello"}', '"say" is none of ready, connect'],
    ['{"say":"toString"}', '"say" is none of'],
    ['{"say":"ready","profile":"queue"}', '"profile" is missing'],
    ['{"say":"connect"}', '"cursor" is missing'],
    ['{"say":"handled","id":7}', '"id" is missing'],
    ['{"say":"state","report":1,"calls":["c1"]}', '"calls" is missing'],
  ])('is refused, with the reason: %s', (text, reason) => {
    expect(parseLine(text)).toContain(reason);
  });
});
