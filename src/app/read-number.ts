import type { TenantDirectory } from '../config/tenants/tenant-directory.js';
import type { ReadNumber } from '../deliver/access/customers-asked.js';
import { localeOf } from '../source/parse/locale.js';

/** Reads what clients write as the rows of their tenant are read: by its country as it is now; null where it was removed. */
export function readNumberOf(directory: Pick<TenantDirectory, 'find'>): ReadNumber {
  return (id, text) => {
    const tenant = directory.find(id);
    return tenant === undefined ? null : localeOf(tenant.timeZone, tenant.country).numbers.parse(text);
  };
}
