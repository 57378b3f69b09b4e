import { Module } from '@nestjs/common';
import type { Logger } from 'pino';
import type { Config } from '../config/config.js';
import { idsOf } from '../config/tenants/tenant.js';
import { TenantDirectory } from '../config/tenants/tenant-directory.js';
import type { DeliverOptions } from '../deliver/access/options.js';
import { DeliverModule } from '../deliver/deliver.module.js';
import { RegistrationLookup } from '../source/registration-lookup.js';
import { availableMemory, clientMemoryOf } from './available-memory.js';
import { CONFIG } from './config.module.js';
import { connectionsWithin, descriptorLimit } from './descriptors.js';
import { LOGGER } from './logger.module.js';
import { readNumberOf } from './read-number.js';
import { SourceModule } from './source.module.js';
import { STORAGE, StorageModule } from './storage.module.js';
import { revokedTokensOf, tenantKeysOf } from './tenant-keys.js';
import { TRACING, TracingModule } from './tracing.module.js';

const deliver = DeliverModule.registerAsync({
  imports: [StorageModule, SourceModule, TracingModule],
  inject: [CONFIG, STORAGE, RegistrationLookup, TenantDirectory, TRACING, LOGGER],
  useFactory: (config, { readers, desk, inbox, clock }, lookup, directory, { tracer }, logger) => ({
    store: readers,
    desk,
    inbox,
    deskRules: (id) => directory.find(id)?.desk ?? null,
    clock,
    tracer,
    options: deliverOptions(config, logger),
    logger,
    askRegistration: (tenant, id) => lookup.ask(tenant, id),
    readNumber: readNumberOf(directory),
  }),
});

/** Delivery, as configured. */
@Module({ imports: [deliver], exports: [deliver] })
export class DeliveryModule {}

function deliverOptions(
  { auth, keySetMaxStaleMs, tenants, http, deliver, registrations, clients, poll }: Config,
  log: Pick<Logger, 'warn'>,
): DeliverOptions {
  const descriptors = descriptorLimit();
  const connections = connectionsWithin(clients, { descriptors, tenants: tenants.length });
  const { maxConnections: limit } = connections;
  if (limit < clients.maxConnections)
    log.warn({ limit }, `connections limited to ${limit}: the process may open ${descriptors} descriptors`);
  const { budgetPerHour } = poll.adaptive ?? { budgetPerHour: 0 };
  const lookupsInBudget = budgetPerHour === 0 ? Infinity : (budgetPerHour * LOOKUPS_OF_BUDGET) / 60;
  return {
    ...clients,
    ...connections,
    lookupsPerMinute: Math.min(clients.lookupsPerMinute, lookupsInBudget),
    tenants: idsOf(tenants),
    tenantKeys: tenantKeysOf(tenants),
    revokedTokens: revokedTokensOf(tenants),
    keySetMaxStaleMs,
    auth: 'secret' in auth ? { mode: 'jwt', secret: auth.secret.reveal() } : auth,
    corsOrigins: http.corsOrigins,
    trustedProxies: http.trustedProxies,
    publicUrl: http.publicUrl,
    memoryBytes: deliver.memoryBytes ?? clientMemoryOf(availableMemory()),
    registrationFreshMs: registrations.intervalMs * REGISTRATION_FRESH,
  };
}

/** Look-ups add no more than that to what the budget allows polls. */
const LOOKUPS_OF_BUDGET = 0.1;

/** In intervals: one request may be late, or have failed. */
const REGISTRATION_FRESH = 1.5;
