import type { Secret } from '../secrets/secret.js';
import type { Template } from './template.js';

/** One receiver of a tenant's events: what `webhooks` in the tenants' file, or `WEBHOOKS_FILE`, says of it. */
export interface WebhookEndpoint {
  /** `[a-z0-9][a-z0-9-]{0,62}`, unique within its tenant. Its position in the log is kept under this name. */
  readonly id: string;
  /** A secret, since path and query may hold one, as Telegram's do. */
  readonly url: Secret;
  /** Keys for HMAC, each `whsec_` and base64; each signs. None: only with a template, whose receiver verifies nothing. */
  readonly secrets: readonly Secret[];
  /** Null: all. Unknown types are refused at start. */
  readonly types: readonly string[] | null;
  /** As the two claims of a token: together a union; both null: everything of the tenant. */
  readonly extensions: readonly string[] | null;
  readonly queues: readonly string[] | null;
  /** Masked numbers are for notices: a receiver can neither dial nor look them up. */
  readonly numbers: 'full' | 'masked';
  /** Milliseconds after its `recordedtime` for which an event is worth delivering, by type. */
  readonly maxAge: { readonly default: number; readonly byType: ReadonlyMap<string, number> };
  /** Values are secrets. Names are lower-case, and none of those that the bridge sets itself. */
  readonly headers: ReadonlyMap<string, Secret>;
  readonly timeoutMs: number;
  /** Null: as fast as the receiver answers. */
  readonly ratePerSecond: number | null;
  /** Where a new endpoint begins. */
  readonly from: WebhookStart;
  /** Null: CloudEvents in structured mode. */
  readonly template: Template | null;
  readonly allowHttp: boolean;
  /** CIDRs and addresses of private receivers. */
  readonly allowAddresses: readonly string[];
}

export type WebhookStart =
  | { readonly kind: 'now' }
  | { readonly kind: 'cursor'; readonly cursor: string }
  | { readonly kind: 'time'; readonly at: number };
