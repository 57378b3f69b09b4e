import { given, type SetOf, type Unused } from './given.js';
import { isLoopback } from '../../base/loopback.js';
import { REDIS_ACCESS, redisAccessRules } from './redis-access.js';
import type { Environment } from '../tenants/tenant.js';
import type { VariableName } from './variables.js';

/**
 * The rules that span several variables: what is required, and what excludes what. They only check which variables are
 * set, so all of them can be reported even where a value is malformed.
 */
export interface RuleFindings {
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

export function checkRules(env: Environment): RuleFindings {
  const findings = { problems: [] as string[], warnings: [] as string[] };
  const set = (...names: VariableName[]) => names.filter((name) => given(env, name) !== undefined);
  const unused = (names: VariableName[], why: string) => {
    for (const name of names) findings.warnings.push(`${name}: is set but not used, because ${why}`);
  };

  tenantRules(findings.problems, set);
  pollRules(env, findings.problems, set, unused);
  redisRules(env, findings.problems, set, unused);
  authRules(env, findings.problems, set, unused);
  proxyRules(findings.warnings, set);
  metricsRules(env, findings, set, unused);
  if (set('OTEL_EXPORTER_OTLP_ENDPOINT').length === 0) {
    const others = set('OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_SERVICE_NAME', 'OTEL_TRACES_SAMPLER_ARG');
    unused(others, 'OTEL_EXPORTER_OTLP_ENDPOINT is not');
  }
  return findings;
}

function proxyRules(warnings: string[], set: SetOf): void {
  if (set('TRUSTED_PROXIES').length === 1 && set('PUBLIC_URL').length === 0)
    warnings.push(
      "PUBLIC_URL: is not set although TRUSTED_PROXIES is, so that the bridge's own pages are refused behind the proxy",
    );
}

function metricsRules(env: Environment, findings: RuleFindings, set: SetOf, unused: Unused): void {
  const { problems, warnings } = findings as { problems: string[]; warnings: string[] };
  const [port, metricsPort] = [given(env, 'PORT') ?? '3000', given(env, 'METRICS_PORT')];
  if (metricsPort === undefined) {
    unused(set('METRICS_HOST'), 'METRICS_PORT is not');
    if (!isLoopback(given(env, 'HOST') ?? '127.0.0.1'))
      warnings.push(
        'METRICS_PORT: is not set, so that /metrics is not served: HOST is not a loopback address, and clients could read it',
      );
  } else if (metricsPort === port && port !== '0' && !set('METRICS_HOST').length)
    problems.push('METRICS_PORT: must not be PORT, or METRICS_HOST must be another address than HOST');
}

function tenantRules(problems: string[], set: SetOf): void {
  const single = set('PITEL_BASE_URL', 'PITEL_TOKEN', 'PITEL_API_KEY', 'TENANT_ID');
  if (set('TENANTS_FILE').length > 0) {
    if (single.length > 0)
      problems.push(`TENANTS_FILE: excludes ${single.join(', ')}, which must not be set with it`);
    if (set('AUTH_REVOKED_TOKENS').length > 0)
      problems.push(
        'AUTH_REVOKED_TOKENS: is for a single tenant: with TENANTS_FILE, list them there, as revokedTokens of their tenant',
      );
    if (set('WEBHOOKS_FILE').length > 0)
      problems.push(
        'WEBHOOKS_FILE: is for a single tenant: with TENANTS_FILE, give each tenant its webhooks there',
      );
    if (set('DESK_FILE').length > 0)
      problems.push(
        'DESK_FILE: is for a single tenant: with TENANTS_FILE, give each tenant its thresholds, businessHours and serviceLevels there',
      );
    return;
  }
  if (!single.includes('PITEL_BASE_URL')) problems.push('PITEL_BASE_URL: is required');
  const credentials = set('PITEL_TOKEN', 'PITEL_API_KEY');
  if (credentials.length === 0) problems.push('PITEL_TOKEN or PITEL_API_KEY: one of them is required');
  if (credentials.length === 2) problems.push('PITEL_TOKEN and PITEL_API_KEY: only one of them may be set');
}

function pollRules(env: Environment, problems: string[], set: SetOf, unused: Unused): void {
  const adaptive = set('POLL_MIN_INTERVAL_MS', 'POLL_MAX_INTERVAL_MS', 'POLL_BUDGET_PER_HOUR');
  const mode = given(env, 'POLL_MODE') ?? 'fixed';
  if (mode === 'fixed') unused(adaptive, 'POLL_MODE is fixed');
  // A bound that is not set is derived from the other, so only two that are set can contradict each other.
  const [min, max] = [given(env, 'POLL_MIN_INTERVAL_MS'), given(env, 'POLL_MAX_INTERVAL_MS')].map(Number);
  if (mode === 'adaptive' && min! > max!) {
    problems.push('POLL_MIN_INTERVAL_MS: must not be longer than POLL_MAX_INTERVAL_MS');
  }
}

function redisRules(env: Environment, problems: string[], set: SetOf, unused: Unused): void {
  const all = set('REDIS_URL', 'REDIS_SENTINELS', 'REDIS_SENTINEL_NAME', 'REDIS_CLUSTER_NODES');
  const store = given(env, 'STORE') ?? 'redis';
  if (store === 'memory') {
    if (given(env, 'NODE_ENV') === 'production') {
      problems.push(
        'STORE: memory is refused with NODE_ENV=production, because a restart would lose the log',
      );
    }
    unused([...all, ...set(...REDIS_ACCESS)], 'STORE is memory');
    return;
  }
  if (store !== 'redis') return;

  const ways = [set('REDIS_URL'), set('REDIS_SENTINELS', 'REDIS_SENTINEL_NAME'), set('REDIS_CLUSTER_NODES')];
  const taken = ways.filter((way) => way.length > 0);
  if (taken.length === 0) {
    problems.push(
      'REDIS_URL: is required unless STORE=memory; REDIS_SENTINELS with REDIS_SENTINEL_NAME, or REDIS_CLUSTER_NODES, may stand instead',
    );
  }
  if (taken.length > 1) problems.push(`${all.join(', ')}: exclude each other; one way to Redis must remain`);
  const sentinel = ways[1] ?? [];
  if (sentinel.length === 1) {
    const missing = sentinel[0] === 'REDIS_SENTINELS' ? 'REDIS_SENTINEL_NAME' : 'REDIS_SENTINELS';
    problems.push(`${missing}: is required with ${sentinel[0] ?? ''}`);
  }
  redisAccessRules(given(env, 'REDIS_URL'), given(env, 'REDIS_TLS'), problems, set, unused);
}

function authRules(env: Environment, problems: string[], set: SetOf, unused: Unused): void {
  const keys = set('AUTH_JWT_SECRET', 'AUTH_JWKS_URL');
  const mode = given(env, 'AUTH_MODE') ?? 'jwt';
  if (mode === 'none') {
    if (!isLoopback(given(env, 'HOST') ?? '127.0.0.1')) {
      problems.push(
        'AUTH_MODE: none is accepted only while HOST is a loopback address (127.0.0.0/8, ::1 or localhost)',
      );
    }
    const address = given(env, 'PUBLIC_URL') ?? '';
    if (URL.canParse(address) && !isLoopback(new URL(address).hostname)) {
      problems.push(
        'AUTH_MODE: none is accepted only where PUBLIC_URL is not set, or is at a loopback address: everybody behind the proxy would see everything',
      );
    }
    unused(keys, 'AUTH_MODE is none');
    return;
  }
  if (mode !== 'jwt') return;
  // With a tenants' file it depends on whether every tenant has a key of its own.
  if (keys.length === 0 && set('TENANTS_FILE').length === 0)
    problems.push('AUTH_JWT_SECRET or AUTH_JWKS_URL: one of them is required with AUTH_MODE=jwt');
  if (keys.length === 2) problems.push('AUTH_JWT_SECRET and AUTH_JWKS_URL: only one of them may be set');
}
