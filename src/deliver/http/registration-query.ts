import { HttpStatus, Inject, Injectable } from '@nestjs/common';
import { rfc3339 } from '../../core/model/event.js';
import { isExtensionId } from '../../core/model/extension-id.js';
import type { Instant } from '../../core/model/observation.js';
import { type Grant, maySeeExtension } from '../access/audience.js';
import type { Clock } from '../../base/clock.js';
import { token } from '../../base/inject.js';
import { DELIVER_CLOCK } from './log-query.js';
import { DELIVER_OPTIONS, type ResolvedOptions } from '../access/options.js';
import { Problem } from './problem.filter.js';
import { Relay } from '../log/relay.js';

/** What the PBX says about an extension now. */
export type RegistrationNow =
  | {
      readonly outcome: 'found';
      readonly extension: string;
      readonly registered: boolean;
      readonly at: Instant;
    }
  | { readonly outcome: 'not-found' }
  | { readonly outcome: 'failed'; readonly reason: string };

/** Asks a tenant's PBX by number or uuid; the caller must pass nothing else. Does not reject. */
export type AskRegistration = (tenant: string, id: string) => Promise<RegistrationNow>;
export const ASK_REGISTRATION = token<AskRegistration>('ASK_REGISTRATION');

/**
 * Whether an extension is registered: from the state while that is fresh, else from the PBX.
 *
 * Guarantees: requests for the same extension share one question to the PBX, and its answer for `ANSWER_MS`; a tenant has
 * at most `MAX_ASKING` questions under way. An extension that the token may not see is answered as if it did not exist;
 * the PBX is not asked about it by number, nor about an id that is neither a number nor a uuid.
 */
@Injectable()
export class RegistrationQuery {
  readonly #asked = new Map<string, Asked>();

  constructor(
    @Inject(Relay) private readonly relay: Relay,
    @Inject(ASK_REGISTRATION) private readonly ask: AskRegistration,
    @Inject(DELIVER_OPTIONS) private readonly options: ResolvedOptions,
    @Inject(DELIVER_CLOCK) private readonly clock: Clock,
  ) {}

  /** `{extension, registered, checkedAt}` */
  async registration(grant: Grant, id: string): Promise<string> {
    if (!isExtensionId(id))
      throw notFound('an extension is asked for by its number, 1 to 15 digits, or its uuid');
    const isNumber = /^\d+$/.test(id);
    if (isNumber && !maySeeExtension(grant, id)) throw notFound();
    const known = await this.#known(grant.tenant, id);
    const now = known ?? (await this.#share(grant.tenant, id));
    if (now.outcome === 'failed')
      throw new Problem(
        HttpStatus.BAD_GATEWAY,
        'upstream-failed',
        `the PBX could not be asked: ${now.reason}`,
      );
    if (now.outcome === 'not-found' || !maySeeExtension(grant, now.extension)) throw notFound();
    const { extension, registered, at } = now;
    return JSON.stringify({ extension, registered, checkedAt: rfc3339(at) });
  }

  /** Null where the state has no registration of it, only an old one, or cannot be read. */
  async #known(tenant: string, id: string): Promise<RegistrationNow | null> {
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
    const found = feed.view.registration(id);
    if (found === undefined) return null;
    // A time far ahead is not fresh either: the clock was set back. The polling replica's clock may be a little ahead.
    const age = Math.abs(this.clock.now() - found.at);
    if (age > this.options.registrationFreshMs) return null;
    return { outcome: 'found', ...found };
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
    const asked: Asked = { tenant, underWay: true, answer: this.ask(tenant, id) };
    this.#asked.set(key, asked);
    void asked.answer.finally(() => {
      asked.underWay = false;
      // A timer, not the time of day: when the clock is set back, the answer would be kept for as long as the step.
      this.clock.after(ANSWER_MS, () => this.#asked.delete(key));
    });
    return asked.answer;
  }
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
