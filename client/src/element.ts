import { Attention } from './attention.js';
import type { Bridge } from './bridge.js';
import { CardStack } from './card-stack.js';
import { type CardEnd, type CardWords, cardWords } from './card-words.js';
import type { BridgeEvent, CallView, PhoneNumber } from './contract.js';
import { createBridge } from './create-bridge.js';
import type { LookedUp } from './lookup.js';
import { type Pop, type ScreenPop, screenPop } from './screen-pop.js';
import type { BridgeStatus } from './status.js';
import type { TokenOption } from './token-keeper.js';

const NAME = 'pitel-pop';
/** A change of one of them makes a new connection. */
const CONNECTION = ['extension', 'bridge-url', 'token-url', 'token-credentials'];

/** Neither the property nor the event has asked anyone: then nothing is known, and not that the customer is new. */
const UNASKED = Symbol('unasked');

/** What `<pitel-pop>` announces; `detail` is the value. All bubble. */
export interface PitelPopEvents {
  /** The extension rings, or a call was transferred to it, and this tab shows the card. */
  'pitel-offered': { readonly call: CallView };
  /** `from`: the extension that has transferred the call here. */
  'pitel-answered': { readonly call: CallView; readonly from: string | null };
  'pitel-ended': { readonly call: CallView; readonly reason: CardEnd };
  'pitel-status': BridgeStatus;
  /** Answer it with `respondWith`, at once or with a promise. Asked only where there is no property `lookup`. */
  'pitel-lookup': {
    readonly customer: PhoneNumber;
    readonly call: CallView;
    readonly respondWith: (found: LookedUp) => unknown;
  };
}

type PopEventMap = { readonly [Name in keyof PitelPopEvents]: CustomEvent<PitelPopEvents[Name]> };

declare global {
  interface HTMLElementTagNameMap {
    'pitel-pop': PitelPopElement;
  }
  // oxlint-disable-next-line typescript/no-empty-object-type -- only interfaces can be added to
  interface HTMLElementEventMap extends PopEventMap {}
  // oxlint-disable-next-line typescript/no-empty-object-type -- as above
  interface DocumentEventMap extends PopEventMap {}
}

/** The address of this script; a classic one knows it only while it is run for the first time. */
const script =
  (globalThis as { document?: Document }).document?.currentScript?.getAttribute('src') ??
  // Empty in a classic script.
  import.meta.url ??
  '';

/** In Node, where pages may be made, there are no elements: the class can be loaded and not used. */
const Base = (globalThis as { HTMLElement?: typeof HTMLElement }).HTMLElement ?? (class {} as never);

/**
 * `<pitel-pop extension="107" token-url="/bridge-token">`: a card in the page for each call at an extension.
 *
 *   extension           whose calls; nothing happens without it
 *   bridge-url          where the script came from when not given
 *   token-url           the page's back end, asked with POST; or the property `token`
 *   token-credentials   `include` for a back end of another origin
 *   lang                `vi` or `en`; by the document's language when not given
 *   sound               a sound and a notification for each call; empty, or the address of a sound
 *
 * Attributes may change at any time. Guarantees: those of `screenPop`; no inline style or script; the focus is never taken;
 * and an element that has left the page leaves no connection and no listener behind.
 */
export class PitelPopElement extends Base {
  static readonly observedAttributes = [...CONNECTION, 'lang', 'sound'];

  /** Whom the CRM knows by a number; null or nothing: no one. It may be set before the element is defined. */
  declare lookup?: (customer: PhoneNumber, call: CallView, signal: AbortSignal) => LookedUp;
  status: BridgeStatus = { state: 'closed' };
  bridge: Bridge | null = null;

  private given: TokenOption | undefined;
  private pops: ScreenPop | null = null;
  private runs = '';
  private isChanging = false;
  private warned = '';
  private readonly attention = new Attention();
  private readonly stack = new CardStack(this.attachShadow({ mode: 'open' }), () => this.words);

  constructor() {
    super();
    this.stack.enable.addEventListener('click', () => void this.attention.enable().then(this.draw));
    // Set before the element was defined: it would hide the setter.
    if (Object.hasOwn(this, 'token')) {
      const { token } = this;
      Reflect.deleteProperty(this, 'token');
      this.token = token;
    }
  }

  /** Instead of `token-url`: a token, or what gets one. */
  get token(): TokenOption | undefined {
    return this.given;
  }

  set token(token: TokenOption | undefined) {
    this.given = token;
    this.runs = '';
    this.changed();
  }

  connectedCallback(): void {
    this.changed();
  }

  disconnectedCallback(): void {
    this.changed();
  }

  attributeChangedCallback(): void {
    this.changed();
  }

  /** Later in this turn: an element that is only moved goes on, and several attributes are one change. */
  private changed(): void {
    if (this.isChanging) return;
    this.isChanging = true;
    queueMicrotask(() => {
      this.isChanging = false;
      const wanted = CONNECTION.map((name) => this.getAttribute(name));
      const runs = this.isConnected && wanted[0] ? JSON.stringify(wanted) : '';
      if (runs !== this.runs || (runs === '' && this.bridge !== null)) {
        this.stop();
        this.runs = runs;
        if (runs !== '') this.start(wanted);
      }
      this.draw();
    });
  }

  private start([extension, url, tokenUrl, credentials]: (string | null)[]): void {
    const { given: token, stack } = this;
    document.addEventListener('keydown', this.escape);
    document.addEventListener('click', this.draw);
    const bridge = createBridge({
      url: url ?? bridgeOf(script),
      subscribe: { extensions: [extension!] },
      ...(token !== undefined && { token }),
      ...(tokenUrl && {
        tokenUrl: { url: tokenUrl, credentials: (credentials as RequestCredentials | null) ?? 'same-origin' },
      }),
    });
    this.bridge = bridge;
    this.status = bridge.status;
    bridge.on('status', (status) => this.statusChanged(status));
    bridge.on('event', (event) => this.follow(event, extension!));
    const show = (call: CallView, pop: Pop) =>
      stack.show(call, extension!, () => {
        this.attention.done();
        pop.dismiss();
      });
    this.pops = screenPop(bridge, {
      extension: extension!,
      open: (call, pop) => {
        const card = show(call, pop);
        stack.say(card, this.words.incoming);
        const sound = this.getAttribute('sound');
        if (sound !== null) this.attention.call(sound, this.words.incoming, card.summary(this.words));
        this.announce('pitel-offered', { call });
      },
      restore: show,
      answered: (call) => this.answered(call, null),
      transferred: (call, _, from) => this.answered(call, from),
      close: (reason, call) => this.ended(call, reason),
      lookup: (customer, call, signal) => this.lookUp(customer, call, signal),
      completed: (call, found) => {
        const card = stack.get(call.callId);
        if (card === undefined || (found.kind === 'failed' && found.error === UNASKED)) return;
        card.found = found;
        stack.say(card);
      },
    });
  }

  private stop(): void {
    document.removeEventListener('keydown', this.escape);
    document.removeEventListener('click', this.draw);
    this.pops?.stop();
    void this.bridge?.close();
    this.bridge = null;
    this.attention.done();
    this.stack.clear();
  }

  private answered(call: CallView, from: string | null): void {
    this.attention.done();
    const card = this.stack.get(call.callId);
    // A transfer after its ringing is said twice: that it was answered, and from whom it came.
    const isKnown = card?.state === 'answered' && card.isSaid;
    if (card !== undefined) {
      Object.assign(card, { call, state: 'answered', from: from ?? card.from, isSaid: true });
      this.stack.say(card);
    }
    if (!isKnown) this.announce('pitel-answered', { call, from });
  }

  private ended(call: CallView, reason: CardEnd): void {
    this.attention.done();
    const card = this.stack.get(call.callId);
    if (card !== undefined) this.stack.finish(card, call, reason);
    this.announce('pitel-ended', { call, reason });
  }

  /** What an event changes on a card beside the pop's own states. */
  private follow(event: BridgeEvent, extension: string): void {
    this.stack.heard(event.recordedtime);
    const card = this.stack.get(event.subject);
    if (card === undefined || card.state === 'ended') return;
    card.call = event.data as CallView;
    if (event.type === 'call-transferred' && event.data.transferredFrom.extension === extension) {
      this.pops?.dismiss(event.subject);
      this.ended(event.data, 'transferred');
    } else card.draw(this.words);
  }

  private async lookUp(customer: PhoneNumber, call: CallView, signal: AbortSignal) {
    if (this.lookup !== undefined) return this.lookup(customer, call, signal);
    const answers: LookedUp[] = [];
    this.announce('pitel-lookup', { customer, call, respondWith: (found) => answers.push(found) });
    // oxlint-disable-next-line typescript/only-throw-error -- no error: it goes to `completed` above and no further
    if (answers.length === 0) throw UNASKED;
    return answers[0];
  }

  private statusChanged(status: BridgeStatus): void {
    const { problem } = status;
    this.status = status;
    this.draw();
    const warning =
      problem !== undefined
        ? `${problem.code}: ${problem.text}`
        : status.state === 'refused'
          ? `the bridge refused this page: ${status.code}`
          : '';
    // The developer of a page with this tag alone has no other place to see it.
    // oxlint-disable-next-line no-console
    if (warning !== '' && warning !== this.warned) console.warn(`${NAME}: ${warning}`);
    this.warned = warning;
    this.announce('pitel-status', status);
  }

  private get words(): CardWords {
    return cardWords(this.lang || document.documentElement.lang);
  }

  private readonly draw = (): void => {
    const { words, stack, bridge, status } = this;
    const { note, enable } = stack;
    stack.draw();
    enable.textContent = words.enable;
    enable.hidden = bridge === null || !this.hasAttribute('sound') || !this.attention.wantsClick;
    const text = bridge === null ? '' : standing(status, words);
    if (note.textContent !== text) note.textContent = text;
    note.title = status.problem?.text ?? '';
    note.hidden = text === '';
  };

  private readonly escape = (event: KeyboardEvent): void => {
    const { activeElement, body } = document;
    // In a field of the CRM, Escape is the CRM's.
    const isOurs = activeElement === (this as Element) || activeElement === body;
    if (event.key === 'Escape' && !event.defaultPrevented && isOurs) this.stack.dismissOne();
  };

  private announce<Name extends keyof PitelPopEvents>(name: Name, detail: PitelPopEvents[Name]): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

/** What an agent should know; empty where all is well, or nothing is known yet. */
function standing({ state, ...status }: BridgeStatus, words: CardWords): string {
  if (state === 'refused') return words.refused;
  if (state === 'connecting') return 'problem' in status ? words.disconnected : '';
  if (state !== 'stale') return '';
  return 'sources' in status ? words.sourceDown : words.disconnected;
}

/** The bridge serves `…/client.js`, `…/client.global.js`, `…/client/<version>.js` and `…/client/<version>.global.js`. */
function bridgeOf(script: string): string {
  const { origin, pathname } = new URL(script, document.baseURI);
  const found = /^(.*)\/client(?:\/[^/]+|\.global)?\.js$/.exec(pathname);
  if (found === null) throw new TypeError(`${NAME} needs the attribute bridge-url`);
  return origin + found[1]!;
}

/** Defines `<pitel-pop>`, unless it is already: by this version or another. Loading this module does it. */
export function definePitelPop(): void {
  if (typeof customElements !== 'undefined' && customElements.get(NAME) === undefined) {
    customElements.define(NAME, PitelPopElement);
  }
}

definePitelPop();
