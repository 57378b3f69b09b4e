import { TenantDirectory } from '../config/tenants/tenant-directory.js';
import type { TenantConfig } from '../config/tenants/tenant.js';
import { readNumberOf } from './read-number.js';

const tenant = (id: string, country: string) =>
  ({
    id,
    country,
    timeZone: 'Asia/Ho_Chi_Minh',
    credential: { kind: 'token', token: { reveal: () => 't' } },
    proxy: null,
    ca: null,
    clientKeys: null,
    revokedTokens: [],
    webhooks: [],
  }) as unknown as TenantConfig;

describe('a number that a client writes', () => {
  it('is read by the country of its tenant, as it is now', () => {
    const directory = new TenantDirectory([tenant('acme', 'VN'), tenant('globex', 'SG')]);
    const read = readNumberOf(directory);
    expect(read('acme', '0914237383')?.e164).toBe('+84914237383');
    expect(read('globex', '0914237383')?.e164).toBeNull();
    expect(read('globex', '91234567')?.e164).toBe('+6591234567');
    directory.replace([tenant('acme', 'SG')]);
    expect(read('acme', '91234567')?.e164).toBe('+6591234567');
    expect(read('globex', '91234567')).toBeNull();
  });
});
