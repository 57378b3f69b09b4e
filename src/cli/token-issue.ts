import { parseArgs } from 'node:util';
import { type JWTPayload, SignJWT } from 'jose';
import { duration, extensionId, tenantId } from '../config/settings/formats.js';
import type { ReadText } from '../config/secrets/read-text.js';
import type { Environment } from '../config/tenants/tenant.js';
import { type ClaimNames, OWN_CLAIM_NAMES } from '../core/model/claims.js';
import { type CommandResult } from './command-result.js';
import { signerOf } from './token-signer.js';

/**
 * Issues client tokens where there is no identity provider: signed with the tenant's own key, or with the service-wide one
 * where the tenant has none, as `signerOf` finds them in the configuration.
 *
 * Guarantees: a token is bound to one tenant, names its subject, and always expires, within `AUTH_MAX_TTL` unless it is a
 * display's, which has an id by which it can be revoked; `extensions` and `queues` are claims only when asked for, because an absent claim means "all" and an empty
 * list would mean "none". Time and chance are passed in.
 */
export interface TokenRequest {
  readonly tenant: string;
  readonly extensions: readonly string[];
  readonly queues: readonly string[];
  readonly ttlSeconds: number;
  /** Undefined: the extensions, or a name made up. */
  readonly subject: string | undefined;
  readonly isDisplay: boolean;
  readonly isForCallbacks: boolean;
  readonly isForWebhooks: boolean;
  /** Null: as the bridge shows them to such a token. */
  readonly numbers: 'full' | 'masked' | null;
  /** The page's lines are wanted beside the token. */
  readonly withSample: boolean;
}

const USAGE =
  'npm run token -- --tenant <id> [--sub <name>] [--extension <id>]… [--queue <id>]… [--ttl 30s|15m|8h|7d] [--display] [--numbers full|masked] [--callbacks] [--webhooks] [--sample]   (8h when not given)';

const MAX_SUBJECT_LENGTH = 128;

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
        sub: { type: 'string' },
        display: { type: 'boolean', default: false },
        callbacks: { type: 'boolean', default: false },
        webhooks: { type: 'boolean', default: false },
        numbers: { type: 'string' },
        sample: { type: 'boolean', default: false },
      },
    }).values;
  } catch {
    // Node's message spans lines and explains how to escape; ours is one line.
    return { ok: false, problem: `arguments not understood; usage: ${USAGE}` };
  }
  const { tenant, extension, queue, ttl, sub: subject, numbers = null } = flags;
  const { display: isDisplay, callbacks: isForCallbacks } = flags;
  const { webhooks: isForWebhooks, sample: withSample } = flags;
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
  if (subject !== undefined && (subject === '' || subject.length > MAX_SUBJECT_LENGTH))
    return { ok: false, problem: `--sub must be a name, at most ${MAX_SUBJECT_LENGTH} characters` };
  const ttlMs = duration(ttl);
  // A screen that is forgotten must not show calls for ever.
  if (ttlMs === undefined) {
    return { ok: false, problem: '--ttl must be a time such as 30s, 15m, 8h or 7d, at most 365d' };
  }
  const lists = { extensions: extensions ?? [], queues: queues ?? [] };
  if (isForWebhooks && lists.extensions.length + lists.queues.length > 0)
    return { ok: false, problem: '--webhooks needs a token without --extension and --queue' };
  if (numbers !== null && numbers !== 'full' && numbers !== 'masked')
    return { ok: false, problem: '--numbers must be full or masked' };
  if (isForCallbacks && isDisplay)
    return {
      ok: false,
      problem: '--callbacks needs a token without --display: a screen shows and does nothing',
    };
  if (isForCallbacks && subject === undefined)
    return { ok: false, problem: '--callbacks needs --sub: who does something is noted' };
  if (isForWebhooks && (isDisplay || numbers === 'masked'))
    return { ok: false, problem: '--webhooks needs a token without --display and --numbers masked' };
  return {
    ok: true,
    value: {
      tenant,
      ...lists,
      ttlSeconds: ttlMs / 1000,
      subject,
      isDisplay,
      isForCallbacks,
      isForWebhooks,
      numbers,
      withSample,
    },
  };
}

function items(flag: readonly string[] | undefined): string[] | undefined {
  return flag && [...new Set(flag.flatMap((text) => text.split(',')).map((item) => item.trim()))];
}

/** `madeUp`: the id of a display's token, and the subject where none is given and no extension either. */
export function tokenClaims(
  request: TokenRequest,
  nowSeconds: number,
  madeUp: string,
  names: ClaimNames = OWN_CLAIM_NAMES,
): JWTPayload {
  return {
    [names.tenant]: request.tenant,
    [names.sub]: request.subject ?? (request.extensions.join(',') || madeUp),
    ...(request.extensions.length > 0 && { [names.extensions]: [...request.extensions] }),
    ...(request.queues.length > 0 && { [names.queues]: [...request.queues] }),
    ...(request.isDisplay && { [names.display]: true }),
    // By which it can be revoked, as long as it lives.
    ...(request.isDisplay && { jti: madeUp }),
    ...(request.numbers !== null && { [names.numbers]: request.numbers }),
    ...(request.isForCallbacks && { [names.callbacks]: true }),
    ...(request.isForWebhooks && { [names.webhooks]: true }),
    iat: nowSeconds,
    exp: nowSeconds + request.ttlSeconds,
  };
}

/** What the command has beside its arguments. */
export interface Issuing {
  readonly env: Environment;
  /** Reads the tenants' file and what it names. */
  readonly readText: ReadText;
  readonly nowSeconds: number;
  readonly madeUp: string;
}

/** The signed token for the command line's arguments. Problems never show a key. */
export async function issueToken(
  argv: readonly string[],
  { env, readText, nowSeconds, madeUp }: Issuing,
): Promise<CommandResult<string>> {
  const request = parseTokenArguments(argv);
  if (!request.ok) return request;
  const longest = env.AUTH_MAX_TTL?.trim() || '24h';
  const longestMs = duration(longest);
  if (longestMs === undefined)
    return { ok: false, problem: 'AUTH_MAX_TTL: must be a time such as 12h or 7d' };
  if (!request.value.isDisplay && request.value.ttlSeconds * 1000 > longestMs)
    return {
      ok: false,
      problem: `--ttl is longer than the bridge accepts (AUTH_MAX_TTL, ${longest}): only a screen's, with --display, may be`,
    };

  const signer = signerOf(request.value.tenant, env, readText);
  if (!signer.ok) return signer;
  const { secret, algorithm, issuer, audience, claims } = signer.value;
  const token = new SignJWT(tokenClaims(request.value, nowSeconds, madeUp, claims)).setProtectedHeader({
    alg: algorithm,
    typ: 'JWT',
  });
  if (issuer !== null) token.setIssuer(issuer);
  if (audience !== null) token.setAudience(audience);
  return { ok: true, value: await token.sign(new TextEncoder().encode(secret.reveal())) };
}
