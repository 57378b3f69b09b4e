import type { ReadText } from '../../config/secrets/read-text.js';
import { parseConfig } from '../../config/parse-config.js';
import type { Environment } from '../../config/tenants/tenant.js';
import { SECRET_EXPECTED, webhookSecret } from '../../config/webhooks/webhook-secret.js';
import type { CommandResult } from '../command-result.js';
import { issueToken } from '../token-issue.js';
import type { AtBridge, VerifyRequest } from './arguments.js';
import { BridgeClient } from './bridge.js';
import type { KnownSecrets } from './run.js';

/** What the configuration of this machine says about where the bridge is, by which token it opens, and what the secrets are. */
export interface Surroundings {
  readonly env: Environment;
  readonly readText: ReadText;
  readonly now: () => number;
}

export function bridgeOf(
  { url, tenant }: AtBridge,
  { env, readText, now }: Surroundings,
): CommandResult<BridgeClient> {
  const given = env.BRIDGE_TOKEN?.trim() || null;
  const isOpen = env.AUTH_MODE?.trim() === 'none';
  const named = tenant ?? (env.TENANTS_FILE?.trim() ? undefined : env.TENANT_ID?.trim() || 'default');
  if (given === null && named === undefined)
    return { ok: false, problem: '--tenant is needed: TENANTS_FILE may have several' };
  const sign = async (): Promise<CommandResult<string>> => {
    const argv = ['--tenant', named!, '--webhooks', '--sub', 'npm-run-webhooks', '--ttl', '1m'];
    const nowSeconds = Math.floor(now() / 1_000);
    const token = await issueToken(argv, { env, readText, nowSeconds, madeUp: '' });
    return token.ok ? token : { ok: false, problem: `${token.problem}; or set BRIDGE_TOKEN` };
  };
  const token =
    given !== null
      ? () => Promise.resolve({ ok: true, value: given } as const)
      : isOpen
        ? () => Promise.resolve({ ok: true, value: null } as const)
        : sign;
  const client = { url: url ?? addressOf(env), token, tenant: isOpen ? (named ?? null) : null };
  return { ok: true, value: new BridgeClient(client) };
}

/** Where the configuration says that the bridge listens. */
function addressOf(env: Environment): string {
  const host = env.HOST?.trim() ?? '';
  const port = env.PORT?.trim() || '3000';
  const reached = ['', '0.0.0.0', '::'].includes(host)
    ? '127.0.0.1'
    : host.includes(':')
      ? `[${host}]`
      : host;
  return `http://${reached}:${port}`;
}

export function secretsOf(
  request: VerifyRequest,
  { env, readText }: Surroundings,
): CommandResult<KnownSecrets> {
  if (request.id === undefined) return givenSecrets(env.WEBHOOK_SECRET);
  const parsed = parseConfig(env, readText);
  if (!parsed.ok) return { ok: false, problem: `the configuration: ${parsed.problems[0]}` };
  const all = parsed.config.tenants.flatMap(({ id: tenant, webhooks }) =>
    webhooks.map((webhook) => ({ tenant, webhook })),
  );
  const found = all.filter(
    ({ tenant, webhook }) => webhook.id === request.id && (request.tenant ?? tenant) === tenant,
  );
  const [one] = found;
  if (one === undefined) return { ok: false, problem: `no webhook ${request.id} is configured` };
  if (found.length > 1)
    return { ok: false, problem: `several tenants have a webhook ${request.id}: --tenant says which` };
  if (one.webhook.secrets.length === 0)
    return { ok: false, problem: `the webhook ${request.id} has no secret: its requests are not signed` };
  const others = all
    .filter((other) => other !== one)
    .flatMap(({ tenant, webhook }) => webhook.secrets.map((secret) => ({ tenant, id: webhook.id, secret })));
  return { ok: true, value: { secrets: one.webhook.secrets, others } };
}

function givenSecrets(text: string | undefined): CommandResult<KnownSecrets> {
  const texts = text?.split(/[\s,]+/).filter((part) => part !== '') ?? [];
  if (texts.length === 0)
    return { ok: false, problem: 'which secret? Name a configured webhook, or set WEBHOOK_SECRET' };
  const secrets = texts.flatMap((part) => webhookSecret(part) ?? []);
  if (secrets.length < texts.length) return { ok: false, problem: `WEBHOOK_SECRET ${SECRET_EXPECTED}` };
  return { ok: true, value: { secrets, others: [] } };
}
