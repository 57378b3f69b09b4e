import { editDistance, likelyTypos } from './typos.js';
import { VARIABLE_NAMES } from './variables.js';

const meant = (name: string) => likelyTypos([name], VARIABLE_NAMES)[0]?.meant;

describe('a likely typo', () => {
  it.each([
    ['PITEL_TOKN', 'PITEL_TOKEN'],
    ['PITEL_APIKEY', 'PITEL_API_KEY'],
    ['TENANT_FILE', 'TENANTS_FILE'],
    ['POLL_INTREVAL_MS', 'POLL_INTERVAL_MS'],
    ['POLL_INTERVAL', 'POLL_INTERVAL_MS'],
    ['LOG_LEVLE', 'LOG_LEVEL'],
    ['CORS_ORIGIN', 'CORS_ORIGINS'],
    ['AUTH_JWT_SECRETS', 'AUTH_JWT_SECRET'],
  ])('%s is taken for %s', (name, known) => {
    expect(meant(name)).toBe(known);
  });

  it.each([
    'REDIS_PASSWORD',
    'SOURCE_DATE_EPOCH',
    'HOSTS',
    'POST',
    'PITEL_',
    'LOG_FORMAT',
    'PORT',
    'LOG_RETENTION_MS',
  ])('%s is not one', (name) => {
    expect(meant(name)).toBeUndefined();
  });

  it('is judged by the number of letters to change', () => {
    expect(editDistance('', 'abc')).toBe(3);
    expect(editDistance('kitten', 'sitting')).toBe(3);
    expect(editDistance('same', 'same')).toBe(0);
  });
});
