import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { CLIENT_KEY_FIELDS } from '../../src/config/tenants/client-keys.js';
import { parseDocumentText } from '../../src/config/tenants/tenants-document.js';
import { CLAIMS } from '../../src/core/model/claims.js';
import { ROOT } from '../support/root.js';
import { blockOf, namesUnder } from './document.js';

describe('the page about tokens', () => {
  it('lists every claim that the bridge reads, and no other', () => {
    const fixed = ['exp', 'iat', 'nbf', 'iss', 'aud'];
    expect(namesUnder('The claims').toSorted()).toEqual([...CLAIMS, ...fixed].toSorted());
  });

  it('lists every field that says how tokens of a tenant are signed, and no other', () => {
    expect(namesUnder('Keys of a tenant').toSorted()).toEqual([...CLIENT_KEY_FIELDS].toSorted());
  });

  it('has an example that the schema of the tenants file accepts', () => {
    const schema = JSON.parse(readFileSync(new URL('docs/tenants.schema.json', ROOT), 'utf8')) as object;
    const accepts = new Ajv2020({ strict: true, strictRequired: false }).compile(schema);
    const parsed = parseDocumentText(blockOf('yaml'));
    if ('problem' in parsed) throw new Error(parsed.problem);
    expect(accepts(parsed.value)).toBe(true);
    const { tenants } = parsed.value as { tenants: object[] };
    for (const wrong of [
      { signingKey: 'x' },
      { signingKeyFile: ['a', 'b', 'c'] },
      { algorithms: ['none'] },
      { claims: { role: 'x' } },
    ])
      expect([wrong, accepts({ tenants: [{ ...tenants[1], ...wrong }] })]).toEqual([wrong, false]);
  });

  it('explains every code with which a token can be refused', () => {
    expect(namesUnder('Why a token is refused')).toEqual([
      'token-expired',
      'bad-signature',
      'tenant-mismatch',
      'auth-unavailable',
      'token-in-url',
      'unauthorized',
    ]);
  });
});
