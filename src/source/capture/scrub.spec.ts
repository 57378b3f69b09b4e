import { Credentials } from '../http/credentials.js';
import { scrubbed } from './scrub.js';

const SECRET = 'tok/3n-s3cret';
const conceal = (text: string): string => text.replaceAll(SECRET, '[…]');
const textOf = (body: string | Buffer): string => scrubbed(Buffer.from(body as string), conceal).text;

describe('a body that is kept', () => {
  it.each([
    ['as it is', `{"data":[{"agent_name":"${SECRET}"}]}`],
    ['with its slash escaped', '{"data":[{"agent_name":"tok\\/3n-s3cret"}]}'],
    ['in a field that is named like a secret', '{"data":[],"refresh_token":"other-s3cret"}'],
    ['with quotation marks inside', '{"data":[],"api_key":"other\\"s3cret"}'],
    ['after Bearer', '{"data":[],"message":"got Bearer other-s3cret, want another"}'],
    ['as a JWT', '{"data":[],"message":"eyJhbGciOiJI.eyJzdWIiOiJz3cret.s3cret"}'],
  ])('has no secret %s, and is still JSON', (_, body) => {
    const text = textOf(body);
    expect(text).not.toMatch(/s3cret/);
    expect(Object.keys(JSON.parse(text) as object)).toContain('data');
  });

  it.each([
    ['percent-encoded', encodeURIComponent(SECRET)],
    ['in base64', Buffer.from(SECRET).toString('base64')],
    ['in base64 for addresses', Buffer.from(SECRET).toString('base64url')],
  ])('has no token of ours %s', (_, spelling) => {
    const { conceal: known } = new Credentials({
      token: SECRET,
      client: null as never,
      time: { monotonic: () => 0 },
    });
    const { text } = scrubbed(Buffer.from(JSON.stringify({ error: `session ${spelling} ends` })), known);
    expect(JSON.parse(text)).toEqual({ error: expect.stringMatching(/^session \[…\]=* ends$/) });
  });

  it('is otherwise the same to the byte', () => {
    const body = '{"data":[{"agent_name":"Hoàng","call_id":"df3bd13a-0cb4-455a-ac70-92ed00e13dd7"}]}\n';
    expect(textOf(body)).toBe(body);
    expect(textOf('{"data":"a\\\\/b\\n\\u00e0"}')).toBe('{"data":"a\\\\/b\\n\\u00e0"}');
  });

  it('has no secret that the end of the body cuts short', () => {
    expect(textOf('{"data":[],"refresh_token" : "other-s3cr')).toBe(
      '{"data":[],"refresh_token" : "[removed]"',
    );
  });

  it('is read once, however long a field is and whatever words it repeats', () => {
    // Searched again from each word, half a megabyte would take hours.
    for (const word of ['token', 'eyJ', 'bearer ', '\\"token', '"token', 'api_key":', 'password" ']) {
      const field = word.repeat(500_000 / word.length);
      expect(textOf(`{"data":[{"agent_name":${JSON.stringify(field)}}]}`).length).toBeGreaterThan(0);
      expect(textOf(field).length).toBeGreaterThan(0);
    }
    const spaces = ' '.repeat(500_000);
    expect(textOf(`{"token"${spaces}:${spaces}"other-s3cret"}`)).not.toMatch(/s3cret/);
  });

  it('is kept byte for byte where it is not UTF-8, without the secrets', () => {
    const bytes = Buffer.concat([Buffer.from([0x7b, 0xff, 0xfe]), Buffer.from(`"${SECRET}"`)]);
    const { text, utf8 } = scrubbed(bytes, conceal);
    expect(utf8).toBe(false);
    expect(Buffer.from(text, 'latin1').subarray(0, 3)).toEqual(bytes.subarray(0, 3));
    expect(text).not.toContain(SECRET);
    expect(Math.max(...Array.from(text, (char) => char.charCodeAt(0)))).toBeLessThan(256);
  });
});
