import type { Bridge } from './bridge.js';
import type { CallView, OfferOutcome, PhoneNumber } from './contract.js';
import { type Found, type LookedUp, lookUp } from './lookup.js';
import { type OpenPop, OpenPops } from './open-pops.js';
import { PopClaims } from './pop-claims.js';
import { RecentIds } from './recent-ids.js';
import { UrlTemplate } from './url-template.js';
import { isWithheld } from './withheld.js';

/** A visible tab decides at once; one in the background waits this long. */
const HIDDEN_DELAY_MS = 250;
const LOOKUP_TIMEOUT_MS = 5_000;
/** More calls than one extension is offered in a day, should a tab sleep that long. */
const REMEMBERED = 1_000;

/** Why a pop closes: how the offer ended, or `ended`: the call is over (after this extension had answered it). */
export type CloseReason = Exclude<OfferOutcome, 'answered'> | 'ended';

export interface Pop {
  readonly extension: string;
  /** A template filled with this call, as safely as the `open` template is. */
  url(template: string): string;
  /** The agent has closed it: no callback is called for it any more. */
  dismiss(): void;
}

export interface ScreenPopOptions {
  /** The agent's extension. */
  readonly extension: string;
  /** What to do, or the address to open in a new window: `https://crm.example/search?phone={customer.e164|customer.raw}`. */
  readonly open: string | ((call: CallView, pop: Pop) => void);
  /** Once per pop, in the tab that opened it: the ringing ended without this extension, or the call is over. */
  readonly close?: (reason: CloseReason, call: CallView) => void;
  /** This extension has answered: the pop stays until `close` says `ended`. */
  readonly answered?: (call: CallView) => void;
  /** A transferred call has come to this extension: with its pop, or with one that opens now as nothing rang here. */
  readonly transferred?: (call: CallView, pop: Pop, from: string) => void;
  /**
   * The browser blocked the window of an address `open`; show a link to `url` instead. Without it, an uncaught error says so.
   */
  readonly blocked?: (call: CallView, url: string, pop: Pop) => void;
  /**
   * The name of the one window in which all addresses of this page's own origin open, one after the other. A window of another
   * origin cannot be used again, because it has no opener: each address gets its own there, as when this is not given.
   */
  readonly target?: string;
  /**
   * Whom the CRM knows by this number; not asked for one that is withheld or masked. The pop opens at once, and `completed` follows.
   */
  readonly lookup?: (customer: PhoneNumber, call: CallView, signal: AbortSignal) => LookedUp;
  /** How long `lookup` may take, in milliseconds: 5,000 when not given. */
  readonly lookupTimeoutMs?: number;
  /** What `lookup` has found, or that it failed; not called once the pop is closed. */
  readonly completed?: (call: CallView, found: Found, pop: Pop) => void;
  /** The page was reloaded while its pop was open: draw it again. It is not a second pop. */
  readonly restore?: (call: CallView, pop: Pop) => void;
  /** Another tab has popped this call, or it had popped before. Once per pop and page load, however often the tab hears of it. */
  readonly elsewhere?: (call: CallView) => void;
  /** Pop again when the same call, after its pop was closed, rings here again (a queue that tries an agent twice). */
  readonly again?: boolean;
  /** Tabs that share a channel count as one agent's: `pitel-pop <extension>` when not given. */
  readonly channel?: string;
}

export interface ScreenPop {
  /** As `Pop.dismiss`, where the pop is not at hand. */
  dismiss(callId: string): void;
  /** Stops listening. Open pops remain as they are. */
  stop(): void;
}

/**
 * Opens something when an extension rings, once per call however many tabs the agent has open, and says when to close it.
 *
 *   rings    → claimed by this tab → open       → answers       → answered → call over → close('ended')
 *            → by another, or before → elsewhere → stops ringing → close('answered-elsewhere' | 'not-answered' | 'caller-left')
 *
 * Guarantees: of the tabs of one browser profile and origin exactly one pops a call, and once: not again after a
 * reconnect, a reload, or when the tab that popped is gone. A call that stopped ringing before it could pop does not pop.
 * A page loaded while the extension rings pops, if no other has.
 *
 * Not guaranteed: one pop across different browsers or machines; and that the browser lets a page open a window without a
 * click: where it does not, `blocked` is called (allow pop-ups for the page, or pass a function).
 */
export function screenPop(bridge: Bridge, options: ScreenPopOptions): ScreenPop {
  return new AgentPops(bridge, options);
}

class AgentPops implements ScreenPop {
  private readonly claims: PopClaims;
  private readonly pops: OpenPops;
  /** The pops of which this tab has said that they are elsewhere: after a sleep, snapshot and missed events both show them. */
  private readonly elsewhere = new RecentIds(REMEMBERED);
  private readonly template: UrlTemplate | null;
  private readonly stops: (() => void)[];
  /** Makes decisions run one after the other, because the same call may come in a snapshot and in an event. */
  private deciding: Promise<void> = Promise.resolve();
  private stopped = false;
  private restored = false;

  constructor(
    private readonly bridge: Bridge,
    private readonly options: ScreenPopOptions,
  ) {
    const { extension, open, channel = `pitel-pop ${extension}` } = options;
    // Throws at once where there is no map of calls.
    void bridge.calls;
    this.template = typeof open === 'string' ? new UrlTemplate(open, pageAddress()) : null;
    this.claims = new PopClaims(channel);
    this.pops = new OpenPops(channel);
    for (const { key } of this.pops.all) this.claims.resume(key);
    this.stops = [
      bridge.on('call-offered', ({ id, data }) => {
        if (data.offer.extension === extension)
          this.consider(data, options.again === true ? id : data.callId);
      }),
      bridge.on('call-offer-ended', ({ data }) => {
        if (data.offer.extension === extension) this.offerEnded(data, data.offer.outcome);
      }),
      bridge.on('call-transferred', ({ id, data }) => {
        if (options.transferred === undefined || data.agent?.extension !== extension) return;
        this.consider(data, options.again === true ? id : data.callId, data.transferredFrom.extension);
      }),
      bridge.on('call-ended', ({ data }) => this.close('ended', data)),
      bridge.on('snapshot', (_, { missedFollow }) => this.compare(missedFollow)),
    ];
    // Sources are known from the first snapshot on: it came before this screen pop was made.
    if (bridge.sources.size > 0) this.compare(false);
  }

  dismiss(callId: string): void {
    const pop = this.pops.get(callId);
    if (pop !== undefined) this.forget(pop);
  }

  stop(): void {
    this.stopped = true;
    for (const stop of this.stops) stop();
    this.claims.close();
  }

  /** `from`: the extension that has transferred the call here. */
  private consider(call: CallView, key: string, from?: string): void {
    this.deciding = this.deciding
      .then(() => this.decide(call.callId, key, from))
      .catch((error: unknown) => raise(error));
  }

  private async decide(callId: string, key: string, from?: string): Promise<void> {
    const state = from === undefined ? 'ringing' : 'answered';
    if (this.pops.get(callId) !== undefined) return this.transferred(callId, from);
    if (isHidden()) await new Promise((resolve) => setTimeout(resolve, HIDDEN_DELAY_MS));
    const offered = this.callAt(callId, state);
    if (offered === null || this.pops.get(callId) !== undefined) return;
    const won = await this.claims.claim(`${offered.tenant}/${key}`);
    if (this.stopped) return;
    if (!won) {
      if (this.elsewhere.add(key)) this.options.elsewhere?.(offered);
      return;
    }
    // It may have stopped ringing while the claim was decided; then no tab pops it.
    const call = this.callAt(callId, state);
    if (call === null) return this.claims.release(`${offered.tenant}/${key}`);
    this.pops.set({ key: `${call.tenant}/${key}`, call, answered: from !== undefined });
    void this.lookUp(call);
    this.open(call);
    this.transferred(callId, from);
  }

  private transferred(callId: string, from: string | undefined): void {
    const call = this.bridge.calls.get(callId);
    if (from !== undefined && call !== undefined) this.options.transferred?.(call, this.pop(call), from);
  }

  private open(call: CallView): void {
    const { open, blocked, target = '_blank' } = this.options;
    if (typeof open === 'function') return open(call, this.pop(call));
    const url = this.template!.url(call);
    const opened = window.open('', target);
    if (opened === null) {
      if (blocked === undefined) throw new Error('the browser blocked the pop: allow pop-ups for this page');
      return blocked(call, url, this.pop(call));
    }
    // Before the address is loaded, so that its page cannot reach this one. Cut after that, a window that is used again would
    // get its opener back.
    opened.opener = null;
    opened.location.href = url;
  }

  private async lookUp(call: CallView): Promise<void> {
    const { lookup, completed, lookupTimeoutMs = LOOKUP_TIMEOUT_MS } = this.options;
    const { callId, customer } = call;
    if (lookup === undefined || customer === null || isWithheld(customer) || customer.masked) return;
    const { key } = this.pops.get(callId)!;
    const found = await lookUp((signal) => lookup(customer, call, signal), lookupTimeoutMs);
    // A later pop of the same call has a lookup of its own.
    if (this.stopped || this.pops.get(callId)?.key !== key) return;
    completed?.(this.bridge.calls.get(callId) ?? call, found, this.pop(call));
  }

  private offerEnded(call: CallView, outcome: OfferOutcome | null): void {
    const pop = this.pops.get(call.callId);
    if (pop === undefined || outcome === null) return;
    if (outcome !== 'answered') {
      // The offer that ended may be an earlier one than the pop's: the map shows whether the extension rings still. With
      // `again` each offer has a pop of its own.
      const ringsStill = this.options.again !== true && this.callAt(call.callId, 'ringing') !== null;
      return ringsStill ? undefined : this.close(outcome, call);
    }
    if (pop.answered) return;
    this.pops.set({ ...pop, call, answered: true });
    this.options.answered?.(call);
  }

  private close(reason: CloseReason, call: CallView): void {
    const pop = this.pops.get(call.callId);
    if (pop === undefined) return;
    this.forget(pop);
    this.options.close?.(reason, call);
  }

  private forget(pop: OpenPop): void {
    this.pops.delete(pop.call.callId);
    this.claims.release(pop.key);
  }

  /**
   * A snapshot came. Pops the calls that ring and have not popped, restores this tab's open pops after a reload, and, where
   * no events follow that would say how a pop's call went on, takes that from the state.
   */
  private compare(missedFollow: boolean): void {
    const { extension, restore, again } = this.options;
    for (const pop of this.pops.all) {
      const call = this.bridge.calls.get(pop.call.callId);
      if (!missedFollow) this.catchUp(pop, call);
      if (this.restored || call === undefined || !this.pops.get(call.callId)) continue;
      restore?.(call, this.pop(call));
      void this.lookUp(call);
    }
    this.restored = true;
    // An offer's own id is not in the state, so with `again` only events can tell offers apart.
    if (again === true) return;
    for (const call of this.bridge.calls.list) {
      // A caller's own leg may ring as well; it is the caller's when the agent is this extension.
      const offered =
        call.direction === 'inbound' || (call.direction === 'local' && call.agent?.extension !== extension);
      if (offered && !this.pops.get(call.callId)) this.consider(call, call.callId);
    }
  }

  private catchUp(pop: OpenPop, call: CallView | undefined): void {
    if (call === undefined) return this.close('ended', pop.call);
    const state = stateAt(call, this.options.extension);
    if (state === 'answered') return this.offerEnded(call, 'answered');
    if (state !== 'ringing' && !pop.answered) {
      this.close(call.state === 'answered' ? 'answered-elsewhere' : 'not-answered', call);
    }
  }

  private callAt(callId: string, state: 'ringing' | 'answered'): CallView | null {
    const call = this.bridge.calls.get(callId);
    return call !== undefined && stateAt(call, this.options.extension) === state ? call : null;
  }

  private pop(call: CallView): Pop {
    return {
      extension: this.options.extension,
      url: (template) => new UrlTemplate(template, pageAddress()).url(call),
      dismiss: () => this.dismiss(call.callId),
    };
  }
}

function stateAt(call: CallView, extension: string): string | undefined {
  return call.extensions.find((view) => view.extension === extension)?.state;
}

function isHidden(): boolean {
  return typeof document !== 'undefined' && document.visibilityState === 'hidden';
}

function pageAddress(): string | undefined {
  return typeof document === 'undefined' ? undefined : document.baseURI;
}

function raise(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
