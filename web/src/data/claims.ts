/** The claims of a token, read without verifying them: only the bridge decides whether the token is valid. */
export interface Claims {
  readonly tenant: string | null;
  /** Null: not narrowed. */
  readonly extensions: readonly string[] | null;
  readonly queues: readonly string[] | null;
  /** Whether the token claims to show webhooks. */
  readonly webhooks: boolean;
  /** Whether it claims to change call-backs. */
  readonly callbacks: boolean;
  /** Of a screen: it changes nothing. */
  readonly display: boolean;
  /** Whether it shows numbers of customers masked, of some calls at least. */
  readonly masks: boolean;
  /** Whose it is, as what people do is noted. */
  readonly sub: string | null;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number | null;
}

export const NO_CLAIMS: Claims = {
  tenant: null,
  extensions: null,
  queues: null,
  webhooks: false,
  callbacks: false,
  display: false,
  masks: false,
  sub: null,
  expiresAt: null,
};

/** `NO_CLAIMS` for what is no JWT. */
export function claimsOf(token: string): Claims {
  try {
    const payload = token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(payload), (char) => char.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
    const { tenant, extensions, queues, webhooks, callbacks, display, numbers, sub, exp } = claims;
    return {
      tenant: typeof tenant === 'string' ? tenant : null,
      extensions: list(extensions),
      queues: list(queues),
      webhooks: webhooks === true,
      callbacks: callbacks === true,
      display: display === true,
      // As the bridge decides where the token does not say so itself.
      masks: numbers === 'masked' || (numbers !== 'full' && (display === true || Array.isArray(queues))),
      sub: typeof sub === 'string' && sub !== '' ? sub : null,
      expiresAt: typeof exp === 'number' && Number.isFinite(exp) ? exp * 1000 : null,
    };
  } catch {
    return NO_CLAIMS;
  }
}

/** The same text for the same tenant, extensions and queues, in whatever order a token names them. */
export function scopeOf({ tenant, extensions, queues }: Claims): string {
  return JSON.stringify([tenant, extensions?.toSorted() ?? null, queues?.toSorted() ?? null]);
}

function list(claim: unknown): readonly string[] | null {
  return Array.isArray(claim) ? claim.filter((item) => typeof item === 'string') : null;
}
