import { Secret } from '../../config/secrets/secret.js';
import { Secrets } from '../../../test/support/secrets.js';
import { webhookEndpoint } from '../../../test/support/webhook-endpoint.js';
import { templateEndpoint } from '../../../test/support/webhook-template.js';
import { redactAnswer } from './redact-answer.js';

const PLAIN = webhookEndpoint('https://crm.example/');

describe('the beginning of an answer', () => {
  it.each([
    ['no such\r\n\tcustomer', 'no such customer'],
    ['a\u0000b\u001b[31mc\u2028d\u0085e', 'a b [31mc d e'],
    ['call 0914237383 now', 'call ***383 now'],
    ['+84 914 237 383, (028) 7300-3586', '***383, (***586'],
    ['HTTP 404 at line 123456', 'HTTP 404 at line 123456'],
    ['  ', ''],
  ])('%j is shown as %j', (text, shown) => {
    expect(redactAnswer(text, PLAIN)).toBe(shown);
  });

  it('shows no secret of its endpoint, in whatever form the receiver repeats it', () => {
    const secrets = new Secrets();
    const [query, header, password, signing] = ['query', 'header', 'password', 'signing'].map((name) =>
      secrets.make(name),
    );
    const [segment, value] = ['segment', 'value'].map((name) => secrets.make(name, { plain: true }));
    const endpoint = {
      ...templateEndpoint(`https://api.example/bot${segment}/send?key=${encodeURIComponent(query!)}`, {
        query: { bot: '{$bot}' },
        values: { bot: `12345:${value}` },
      }),
      secrets: [new Secret(`whsec_${Buffer.from(signing!).toString('base64')}`)],
      headers: new Map([
        ['x-key', new Secret(header!)],
        ['authorization', new Secret(`Basic ${Buffer.from(`user:${password}`).toString('base64')}`)],
      ]),
    };
    const echoed = [
      endpoint.url.reveal(),
      segment,
      query,
      header,
      password,
      value,
      endpoint.secrets[0]!.reveal(),
    ];
    const basic = endpoint.headers.get('authorization')!.reveal();
    const forms = [...echoed, basic].flatMap((text) => [
      text!,
      encodeURIComponent(text!),
      JSON.stringify(text),
      Buffer.from(text!).toString('base64'),
    ]);
    for (const form of forms) expect(secrets.in(redactAnswer(`before ${form} after`, endpoint))).toEqual([]);
  });

  it.each([
    ['PHP', (text: string) => JSON.stringify(text).replaceAll('/', '\\/')],
    ['.NET', (text: string) => text.replace(/[+&<>'"`]/g, hex)],
    ['lower-case percent signs', (text: string) => encodeURIComponent(text).toLowerCase()],
    ['HTML', (text: string) => text.replace(/[^a-z0-9]/gi, (char) => `&#${char.charCodeAt(0)};`)],
    ['HTML with hexadecimal numbers', (text: string) => text.replace(/[=/`]/g, (c) => `&#x${codeOf(c)};`)],
    ['its beginning at the end of what is kept', (text: string) => text.slice(0, -3)],
  ])('shows no secret as it is written by %s', (how, written) => {
    const secret = 'q7/Zk+3x&Tb=9"Wd/fR';
    const endpoint = { ...PLAIN, headers: new Map([['authorization', new Secret(`Bearer ${secret}`)]]) };
    const after = how.startsWith('its beginning') ? '' : ' after';
    expect(redactAnswer(`before ${written(secret)}${after}`, endpoint)).not.toMatch(/q7|zk|3x|Tb|9|Wd|fR/i);
  });
});

function codeOf(char: string): string {
  return char.charCodeAt(0).toString(16).toUpperCase();
}

function hex(char: string): string {
  return `\\u${codeOf(char).padStart(4, '0')}`;
}
