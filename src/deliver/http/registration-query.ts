import { HttpStatus, Inject, Injectable } from '@nestjs/common';
import { rfc3339 } from '../../core/model/event.js';
import { isExtensionId } from '../../core/model/extension-id.js';
import type { Instant } from '../../core/model/observation.js';
import { type Grant, maySeeExtension } from '../access/audience.js';
import { LimitWatch } from '../access/limit-watch.js';
import type { Clock } from '../../base/clock.js';
import { TokenBucket } from '../../base/token-bucket.js';
import { token } from '../../base/inject.js';
import { DELIVER_CLOCK } from './log-query.js';
import { DELIVER_OPTIONS, type ResolvedOptions } from '../access/options.js';
import { Problem } from './problem.filter.js';
import { Relay } from '../log/relay.js';
import type { RegistrationEntry } from '../log/tenant-view.js';

/** What the PBX says about an extension now. */
export type RegistrationNow =
  | {
      readonly outcome: 'found';
      readonly extension: string;
      readonly registered: boolean;
      readonly at: Instant;
    }
  | { readonly outcome: 'not-found' }
  /** `retryAfterMs`: how long the PBX asks to wait; null where it does not. */
  | { readonly outcome: 'failed'; readonly reason: string; readonly retryAfterMs: number | null };

/** Asks a tenant's PBX by number or uuid; the caller must pass nothing else. Does not reject. */
export type AskRegistration = (tenant: string, id: string) => Promise<RegistrationNow>;
export const ASK_REGISTRATION = token<AskRegistration>('ASK_REGISTRATION');

/**
 * Whether an extension is registered: from the state while that is fresh, else from the PBX.
 *
 * Guarantees: requests for the same extension share one question to the PBX, and its answer for `ANSWER_MS`; of a tenant at
 * most `MAX_ASKING` questions are under way and `lookupsPerMinute` are asked, `LOOKUPS_AT_ONCE` at once, and none for as
 * long as the PBX asks to wait. An id that the token does not show is answered as if it did not exist, and the PBX is not
 * asked about it: a number that is not the token's, a uuid unless the state knows that it is. Nor is it asked about an id
 * that is neither a number nor a uuid.
 */
@Injectable()
export class RegistrationQuery {
  readonly #asked = new Map<string, Asked>();
  /** By tenant, of which there are as many as configured. */
  readonly #rates = new Map<string, LookupRate>();

  constructor(
    @Inject(Relay) private readonly relay: Relay,
    @Inject(ASK_REGISTRATION) private readonly ask: AskRegistration,
    @Inject(DELIVER_OPTIONS) private readonly options: ResolvedOptions,
    @Inject(DELIVER_CLOCK) private readonly clock: Clock,
    @Inject(LimitWatch) private readonly watch: LimitWatch,
  ) {}

  /** `{extension, registered, checkedAt}` */
  async registration(grant: Grant, id: string): Promise<string> {
    if (!isExtensionId(id))
      throw notFound('an extension is asked for by its number, 1 to 15 digits, or its uuid');
    const isShown = maySeeExtension(grant, id);
    if (!isShown && /^\d+$/.test(id)) throw notFound();
    const known = await this.#known(grant.tenant, id);
    if (!isShown && (known === undefined || !maySeeExtension(grant, known.extension))) throw notFound();
    const now: RegistrationNow =
      known !== undefined && this.#isFresh(known)
        ? { outcome: 'found', ...known }
        : await this.#share(grant.tenant, id);
    if (now.outcome === 'failed') throw upstreamFailed(now.reason, now.retryAfterMs);
    if (now.outcome === 'not-found' || !maySeeExtension(grant, now.extension)) throw notFound();
    const { extension, registered, at } = now;
    return JSON.stringify({ extension, registered, checkedAt: rfc3339(at) });
  }

  /** What the state has of it, however old; undefined where it has nothing, or cannot be read. */
  async #known(tenant: string, id: string): Promise<RegistrationEntry | undefined> {
    const feed = this.relay.feed(tenant);
    const read = feed.sync().then(() => feed.freshness.refresh());
    await new Promise<void>((resolve) => {
      const stop = this.clock.after(STATE_MS, resolve);
      void read
        .catch(() => undefined)
        .then(() => {
          stop();
          resolve();
        });
    });
    return feed.view.registration(id);
  }

  /** A time far ahead is not fresh: the clock was set back. The polling replica's clock may be a little ahead. */
  #isFresh({ at }: RegistrationEntry): boolean {
    return Math.abs(this.clock.now() - at) <= this.options.registrationFreshMs;
  }

  #share(tenant: string, id: string): Promise<RegistrationNow> {
    const key = `${tenant} ${id}`;
    const shared = this.#asked.get(key);
    if (shared !== undefined) return shared.answer;

    const asking = [...this.#asked.values()].filter((other) => other.tenant === tenant && other.underWay);
    if (asking.length >= MAX_ASKING)
      throw new Problem(
        HttpStatus.TOO_MANY_REQUESTS,
        'too-many-requests',
        'too many extensions are being asked for',
      );
    const asked: Asked = { tenant, underWay: true, answer: this.#ask(tenant, id) };
    this.#asked.set(key, asked);
    void asked.answer.finally(() => {
      asked.underWay = false;
      // A timer, not the time of day: when the clock is set back, the answer would be kept for as long as the step.
      this.clock.after(ANSWER_MS, () => this.#asked.delete(key));
    });
    return asked.answer;
  }

  /** @throws Problem at once where the tenant's PBX must not be asked now */
  #ask(tenant: string, id: string): Promise<RegistrationNow> {
    const now = this.clock.monotonic();
    const rate = this.#rates.get(tenant) ?? newRate(this.options.lookupsPerMinute, now);
    this.#rates.set(tenant, rate);
    if (now < rate.heldUntil) throw upstreamFailed('it asks to wait', rate.heldUntil - now);
    if (!rate.bucket.tryTake(now)) {
      this.watch.reached('lookups');
      const waitMs = rate.bucket.holdsAt(1, now) - now;
      const detail = 'too many extensions have been asked for';
      throw new Problem(HttpStatus.TOO_MANY_REQUESTS, 'too-many-requests', detail, {}, waitMs);
    }
    return this.ask(tenant, id).then((answer) => {
      if (answer.outcome === 'failed' && answer.retryAfterMs !== null)
        rate.heldUntil = this.clock.monotonic() + answer.retryAfterMs;
      return answer;
    });
  }
}

interface LookupRate {
  readonly bucket: TokenBucket;
  heldUntil: number;
}

function newRate(perMinute: number, now: number): LookupRate {
  const bucket = new TokenBucket({ capacity: LOOKUPS_AT_ONCE, perMs: perMinute / 60_000 }, now);
  return { bucket, heldUntil: now };
}

function upstreamFailed(reason: string, retryAfterMs: number | null): Problem {
  const detail = `the PBX could not be asked: ${reason}`;
  return new Problem(HttpStatus.BAD_GATEWAY, 'upstream-failed', detail, {}, retryAfterMs);
}

interface Asked {
  readonly tenant: string;
  readonly answer: Promise<RegistrationNow>;
  underWay: boolean;
}

function notFound(detail = 'the PBX knows no such extension'): Problem {
  return new Problem(HttpStatus.NOT_FOUND, 'extension-not-found', detail);
}

/** How long to wait for the state; the PBX is asked when the store is away. */
const STATE_MS = 500;
/** How long an answer is kept, so that a page that asks repeatedly costs the PBX one question in this time. */
const ANSWER_MS = 2_000;
const MAX_ASKING = 8;
/** A page that shows a team at once. */
const LOOKUPS_AT_ONCE = 10;
