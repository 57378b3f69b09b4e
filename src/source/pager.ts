import type { HttpFailure, HttpResult } from './http/pitel-client.js';
import { bodyOf, type Page, readPage } from './parse/page.js';
import type { Conceal } from './quote-upstream.js';

/**
 * Asks for the rest of a list whose `total` counts more rows than came, page by page with `limit` and `offset`, and
 * remembers how this endpoint answers to that:
 *
 *   it pages            later polls ask with a limit that is large enough at first; where it gives fewer rows than that
 *                       per page, they ask for its pages one after the other
 *   it refuses a limit  later polls ask without one at first, and then for pages as long as the first one
 *   it ignores both     later polls ask once, and try again every `TRY_AGAIN_MS`
 *
 * Guarantees: a poll takes at most `MAX_REQUESTS`, and no further page after `MAX_BYTES`. The pages count as a complete list only if they agree in their totals
 * and have as many rows; rows that an earlier page had too are left out. Not guaranteed: that a row is in none or one of
 * the pages where the list changes between them and its total does not.
 */
export class Pager {
  readonly #path: string;
  readonly #conceal: Conceal;
  /** What the first request asks for; null: no limit. */
  #limit: number | null = null;
  #refusesLimit = false;
  #triesAgainAt = -Infinity;
  #isInPages = false;

  constructor(path: string, conceal: Conceal) {
    this.#path = path;
    this.#conceal = conceal;
  }

  /** What to ask at first. */
  get first(): string {
    return this.#limit === null ? this.#path : this.#page(0, this.#limit);
  }

  /** Whether the first answer is expected to be a page only. */
  get isInPages(): boolean {
    return this.#isInPages;
  }

  /** Whether the first request is to be sent again, without the limit that the endpoint has just refused. */
  refuses({ status }: Pick<HttpFailure, 'status'>): boolean {
    if (this.#limit === null || status === null || !REFUSALS.has(status)) return false;
    this.#limit = null;
    this.#refusesLimit = true;
    return true;
  }

  /**
   * @param first the first answer
   * @param ask sends another request
   * @param now by the monotonic clock
   */
  async whole(first: Buffer, ask: (path: string) => Promise<HttpResult>, now: number): Promise<WholeList> {
    const page = readPage(first, this.#conceal);
    if (page === null || page.rows.length >= page.total) {
      this.#isInPages = false;
      return { body: first, doubt: null, requests: 0, failure: null };
    }
    if (now < this.#triesAgainAt) return { body: first, doubt: IGNORED, requests: 0, failure: null };
    const list = new PagedList(page);
    const rest = await this.#rest(list, ask);
    this.#isInPages = rest.doubt !== IGNORED;
    if (rest.doubt === IGNORED) {
      this.#limit = null;
      this.#triesAgainAt = now + TRY_AGAIN_MS;
    } else if (!this.#refusesLimit) {
      this.#limit = limitFor(page.total);
    }
    return { ...rest, body: bodyOf(list) };
  }

  async #rest(list: PagedList, ask: (path: string) => Promise<HttpResult>): Promise<Omit<WholeList, 'body'>> {
    const pageLength = Math.max(list.rows.length, 1);
    const ended = (doubt: string | null, failure: HttpFailure | null = null) => ({
      doubt,
      requests,
      failure,
    });
    let requests = 0;
    let doubt: string | null = null;
    for (let page = 2; list.received < list.total; page++) {
      if (requests >= MAX_REQUESTS - 1) return ended(`more than ${MAX_REQUESTS} pages`);
      if (list.bytes > MAX_BYTES) return ended('more than 16 MiB in its pages');
      const limit = this.#refusesLimit ? pageLength : (this.#limit ?? limitFor(list.total));
      requests++;
      let http = await ask(this.#page(list.received, limit));
      if (!http.ok && !this.#refusesLimit && http.status !== null && REFUSALS.has(http.status)) {
        this.#limit = null;
        this.#refusesLimit = true;
        requests++;
        http = await ask(this.#page(list.received, pageLength));
      }
      if (!http.ok) return ended(`page ${page}: ${http.reason}`, http);
      const next = readPage(http.body, this.#conceal);
      if (next === null) return ended(`page ${page}: no list with a total`);
      if (next.rows.length === 0) return ended(`page ${page} is empty`);
      if (!list.add(next.rows)) return ended(IGNORED);
      if (next.total !== list.total) doubt = 'the totals of its pages differ';
    }
    return ended(doubt);
  }

  #page(offset: number, limit: number): string {
    const separator = this.#path.includes('?') ? '&' : '?';
    return `${this.#path}${separator}limit=${limit}&offset=${offset}`;
  }
}

export interface WholeList {
  /** One body with the rows of all pages. */
  readonly body: Buffer;
  /** Why it may lack rows, where it does not show that; null otherwise. */
  readonly doubt: string | null;
  /** How many requests it took beside the first. */
  readonly requests: number;
  /** The request that failed; null where none did. */
  readonly failure: HttpFailure | null;
}

/** The rows of a list that comes in pages. */
class PagedList implements Page {
  readonly rows: Buffer[];
  readonly total: number;
  readonly #known: Set<string>;
  /** Of all rows. */
  bytes: number;
  /** How many rows came, with those that came twice. */
  received: number;

  constructor({ rows, total }: Page) {
    this.rows = [...rows];
    this.total = total;
    this.#known = new Set(rows.map(textOf));
    this.received = rows.length;
    this.bytes = bytesOf(rows);
  }

  /**
   * Adds the rows of a page that no earlier page had. Returns false where most are rows of earlier pages: then it is no
   * other page. Rows may have moved from one page to the next between two requests, but not half of a page.
   */
  add(rows: readonly Buffer[]): boolean {
    const fresh = rows.filter((row) => !this.#known.has(textOf(row)));
    if (fresh.length * 2 < rows.length || fresh.length === 0) return false;
    for (const row of fresh) this.#known.add(textOf(row));
    for (const row of fresh) this.rows.push(row);
    this.bytes += bytesOf(fresh);
    this.received += rows.length;
    return true;
  }
}

function bytesOf(rows: readonly Buffer[]): number {
  return rows.reduce((sum, row) => sum + row.length, 0);
}

function textOf(row: Buffer): string {
  return row.toString('latin1');
}

/** A limit with room for the list to grow, and that does not change with every row: it is a part of the address. */
function limitFor(total: number): number {
  let limit = LEAST_LIMIT;
  while (limit < total * 1.25 && limit < MOST_LIMIT) limit *= 2;
  return limit;
}

const LEAST_LIMIT = 100;
/** The largest answer, 16 MiB, has fewer rows. */
const MOST_LIMIT = 102_400;
/** At ten rows a page, which a sibling product gives by default, enough for 300 extensions. */
const MAX_REQUESTS = 30;
/** As much as one answer may have: thirty such pages would be half a gigabyte. */
const MAX_BYTES = 16_777_216;
const TRY_AGAIN_MS = 60_000;
const IGNORED = '"limit" and "offset" bring no other rows';
/** Bad request, not found, URI too long, unprocessable. */
const REFUSALS: ReadonlySet<number> = new Set([400, 404, 414, 422]);
