import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { CLIENT_KEY_FIELDS } from '../../src/config/tenants/client-keys.js';
import { parseDocumentText } from '../../src/config/tenants/tenants-document.js';
import { CLAIMS } from '../../src/core/model/claims.js';
import { ROOT } from '../support/root.js';
import { blocksOf, namesUnder } from './document.js';

const schema = JSON.parse(readFileSync(new URL('docs/tenants.schema.json', ROOT), 'utf8')) as object;
const schemaAccepts = new Ajv2020({ strict: true, strictRequired: false }).compile(schema);

describe('the page about tokens', () => {
  it('lists every claim that the bridge reads, and no other', () => {
    const fixed = ['exp', 'iat', 'nbf', 'jti', 'iss', 'aud'];
    expect(namesUnder('The claims').toSorted()).toEqual([...CLAIMS, ...fixed].toSorted());
  });

  it('lists every field that says how tokens of a tenant are signed, and no other', () => {
    expect(namesUnder('Keys of a tenant').toSorted()).toEqual([...CLIENT_KEY_FIELDS].toSorted());
  });

  it('has an example that the schema of the tenants file accepts', () => {
    const parsed = parseDocumentText(blocksOf('yaml')[0]!);
    if ('problem' in parsed) throw new Error(parsed.problem);
    expect(schemaAccepts(parsed.value)).toBe(true);
    const { tenants } = parsed.value as { tenants: object[] };
    for (const wrong of [
      { signingKey: 'x' },
      { signingKeyFile: ['a', 'b', 'c'] },
      { algorithms: ['none'] },
      { claims: { role: 'x' } },
    ])
      expect([wrong, schemaAccepts({ tenants: [{ ...tenants[1], ...wrong }] })]).toEqual([wrong, false]);
  });

  it('shows a list of revoked tokens that the schema of the tenants file accepts', () => {
    const parsed = parseDocumentText(blocksOf('yaml')[1]!);
    if ('problem' in parsed) throw new Error(parsed.problem);
    const tenant = { id: 'acme', baseUrl: 'https://acme.pbx.example', tokenEnv: 'ACME_TOKEN' };
    const withRevoked = { tenants: [{ ...tenant, ...(parsed.value as object) }] };
    expect([schemaAccepts(withRevoked), Object.keys(parsed.value as object)]).toEqual([
      true,
      ['revokedTokens'],
    ]);
  });

  it('explains every code with which a token can be refused', () => {
    expect(namesUnder('Why a token is refused')).toEqual([
      'token-expired',
      'token-revoked',
      'bad-signature',
      'tenant-mismatch',
      'auth-unavailable',
      'token-in-url',
      'unauthorized',
    ]);
  });
});
