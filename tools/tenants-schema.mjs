/** Writes docs/tenants.schema.json from its source, which must be compiled: npm run build && node tools/tenants-schema.mjs */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { tenantsSchema } from '../dist/src/config/tenants/tenants-file.js';

const file = fileURLToPath(new URL('../docs/tenants.schema.json', import.meta.url));
writeFileSync(file, `${JSON.stringify(tenantsSchema(), null, 2)}\n`);
