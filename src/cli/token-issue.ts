import { parseArgs } from 'node:util';
import { type JWTPayload, SignJWT } from 'jose';
import { extensionId, tenantId } from '../config/settings/formats.js';
import type { Environment } from '../config/tenants/tenant.js';
import { jwtSecret } from '../config/settings/variables.js';

/**
 * Issues client tokens where there is no identity provider: HS256, signed with the secret with which the bridge
 * verifies them.
 *
 * Guarantees: a token is bound to one tenant and always expires; `extensions` and `queues` are claims only when
 * asked for, because an absent claim means "all" and an empty list would mean "none". The time is passed in.
 */
export interface TokenRequest {
  readonly tenant: string;
  readonly extensions: readonly string[];
  readonly queues: readonly string[];
  readonly ttlSeconds: number;
}

/** A command's result: a value, or one line that says what is wrong. */
export type CommandResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: string };

const USAGE =
  'npm run token -- --tenant <id> [--extension <id>]… [--queue <id>]… [--ttl 30s|15m|8h|7d]   (8h when not given)';

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
/** A token cannot be revoked, so even a machine's must be renewed once a year. */
const MAX_TTL_SECONDS = 365 * 86_400;

/** `30s`, `15m`, `8h` or `7d` in seconds; undefined for anything else, for 0 and for more than 365 days. */
export function parseTtl(text: string): number | undefined {
  const match = /^(\d{1,9})([smhd])$/.exec(text);
  const seconds = Number(match?.[1]) * (UNIT_SECONDS[match?.[2] ?? ''] ?? NaN);
  return seconds > 0 && seconds <= MAX_TTL_SECONDS ? seconds : undefined;
}

export function parseTokenArguments(argv: readonly string[]): CommandResult<TokenRequest> {
  let flags;
  try {
    flags = parseArgs({
      args: [...argv],
      options: {
        tenant: { type: 'string' },
        extension: { type: 'string', multiple: true },
        queue: { type: 'string', multiple: true },
        ttl: { type: 'string', default: '8h' },
      },
    }).values;
  } catch {
    // Node's message spans lines and explains how to escape; ours is one line.
    return { ok: false, problem: `arguments not understood; usage: ${USAGE}` };
  }
  const { tenant, extension, queue, ttl } = flags;
  if (tenant === undefined) return { ok: false, problem: `--tenant is required; usage: ${USAGE}` };
  if (tenantId(tenant) === undefined) {
    return { ok: false, problem: '--tenant must be 1 to 63 lower-case letters, digits and hyphens' };
  }
  const extensions = items(extension);
  if (extensions?.every((id) => extensionId(id) !== undefined) === false) {
    return { ok: false, problem: '--extension must be an extension, or a list such as 101,102' };
  }
  const queues = items(queue);
  // Empty items are refused and not dropped: `--queue ""` from an unset shell variable would mean "all queues".
  if (queues?.every((id) => id !== '') === false)
    return { ok: false, problem: '--queue must be a queue, or a list' };
  const ttlSeconds = parseTtl(ttl);
  if (ttlSeconds === undefined) {
    return { ok: false, problem: '--ttl must be a time such as 30s, 15m, 8h or 7d, at most 365d' };
  }
  return { ok: true, value: { tenant, extensions: extensions ?? [], queues: queues ?? [], ttlSeconds } };
}

function items(flag: readonly string[] | undefined): string[] | undefined {
  return flag && [...new Set(flag.flatMap((text) => text.split(',')).map((item) => item.trim()))];
}

export function tokenClaims(request: TokenRequest, nowSeconds: number): JWTPayload {
  return {
    tenant: request.tenant,
    ...(request.extensions.length > 0 && { extensions: [...request.extensions] }),
    ...(request.queues.length > 0 && { queues: [...request.queues] }),
    iat: nowSeconds,
    exp: nowSeconds + request.ttlSeconds,
  };
}

/** The signed token for the command line's arguments. Problems never show the secret. */
export async function issueToken(
  argv: readonly string[],
  env: Environment,
  nowSeconds: number,
): Promise<CommandResult<string>> {
  const request = parseTokenArguments(argv);
  if (!request.ok) return request;

  const text = env.AUTH_JWT_SECRET?.trim();
  if (!text) {
    const elsewhere = Boolean(env.AUTH_JWKS_URL?.trim());
    return {
      ok: false,
      problem: elsewhere
        ? 'AUTH_JWKS_URL is set: tokens come from the identity provider whose key set that is, not from here'
        : 'AUTH_JWT_SECRET is not set, neither in the environment nor in .env',
    };
  }
  const secret = jwtSecret.safeParse(text);
  if (!secret.success)
    return { ok: false, problem: `AUTH_JWT_SECRET: ${secret.error.issues[0]?.message ?? ''}` };

  const token = await new SignJWT(tokenClaims(request.value, nowSeconds))
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .sign(new TextEncoder().encode(secret.data.reveal()));
  return { ok: true, value: token };
}
