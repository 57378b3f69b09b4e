/**
 * The claims of a client token that the bridge reads, beside `exp`, `nbf`, `iat`, `jti`, `iss` and `aud`, whose names are
 * fixed by RFC 7519. docs/tokens.md says what each means. A tenant's identity provider may use other names for them.
 */
export const CLAIMS = [
  'tenant',
  'sub',
  'extensions',
  'queues',
  'display',
  'webhooks',
  'numbers',
  'callbacks',
] as const;

type Claim = (typeof CLAIMS)[number];

/** What each claim is called in the tokens of a tenant. */
export type ClaimNames = Readonly<Record<Claim, string>>;

export const OWN_CLAIM_NAMES: ClaimNames = {
  tenant: 'tenant',
  sub: 'sub',
  extensions: 'extensions',
  queues: 'queues',
  display: 'display',
  webhooks: 'webhooks',
  numbers: 'numbers',
  callbacks: 'callbacks',
};
