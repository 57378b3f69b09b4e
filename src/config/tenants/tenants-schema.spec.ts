import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parseDocumentText } from './tenants-document.js';
import { tenantsSchema } from './tenants-file.js';

const published = JSON.parse(readFileSync('docs/tenants.schema.json', 'utf8')) as object;
const ACME = { id: 'acme', baseUrl: 'https://acme.example', token: 't' };

describe('the published schema of the tenants file', () => {
  const accepts = new Ajv2020({ strict: true, strictRequired: false }).compile(published);

  it('is current: npm run build && node tools/tenants-schema.mjs', () => {
    expect(published).toEqual(tenantsSchema());
  });

  it('accepts the example of the page for operators', () => {
    const page = readFileSync('docs/configuration.md', 'utf8');
    const [example] = /^ {4}# yaml-language-server.*(?:\n {4}.*)+/m.exec(page)!;
    const parsed = parseDocumentText(example.replace(/^ {4}/gm, ''));
    expect('value' in parsed && accepts(parsed.value)).toBe(true);
  });

  it.each<[string, object]>([
    ['no tenants', { tenants: [] }],
    ['another field', { tenants: [{ ...ACME, timezone: 'UTC' }] }],
    ['no credential', { tenants: [{ ...ACME, token: undefined }] }],
    ['two credentials', { tenants: [{ ...ACME, apiKey: 'k' }] }],
    ['an id of another form', { tenants: [{ ...ACME, id: 'Acme' }] }],
    ['a path in the address', { tenants: [{ ...ACME, baseUrl: 'https://acme.example/v3' }] }],
    ['an interval out of range', { tenants: [{ ...ACME, pollIntervalMs: 99 }] }],
  ])('refuses %s', (_, document) => {
    expect(accepts(JSON.parse(JSON.stringify({ tenants: [ACME] })))).toBe(true);
    expect(accepts(JSON.parse(JSON.stringify(document)))).toBe(false);
  });
});
