import { Card } from './card.js';
import { CARD_STYLES } from './card-styles.js';
import type { CardEnd, CardWords } from './card-words.js';
import type { CallView } from './contract.js';

/** How long a call that is over is shown, unless the agent is at its card. */
const LINGER_MS = 8_000;

let sheet: CSSStyleSheet | undefined;

/** The cards in a shadow root, the newest on top, and what a screen reader says of them. Never takes the focus. */
export class CardStack {
  /** Beside the cards: what an agent should know, and what a click would enable. */
  readonly note = document.createElement('p');
  readonly enable = document.createElement('button');
  private readonly cards = new Map<string, { readonly card: Card; readonly dismissed: () => void }>();
  private readonly section = document.createElement('section');
  private readonly list = document.createElement('div');
  private readonly speech = document.createElement('p');
  private timer: ReturnType<typeof setInterval> | undefined;
  /** By how much this clock is ahead of the bridge's: the least that events have shown, as they may be late. */
  private aheadMs = Infinity;
  private cameFrom: HTMLElement | null = null;

  constructor(
    private readonly root: ShadowRoot,
    private readonly words: () => CardWords,
  ) {
    const { section, speech, note, enable } = this;
    if (sheet === undefined) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(CARD_STYLES);
    }
    root.adoptedStyleSheets = [sheet];
    speech.className = 'said';
    speech.setAttribute('aria-live', 'assertive');
    note.setAttribute('role', 'status');
    enable.type = 'button';
    for (const [name, element] of Object.entries({ note, enable })) {
      element.className = name;
      element.setAttribute('part', name);
      element.hidden = true;
    }
    this.list.className = 'cards';
    // What comes while there are cards is above them, and what is there before is below, so that no card moves.
    section.append(note, this.list, enable);
    root.append(section, speech);
    root.addEventListener('focusin', (event) => {
      const from = (event as FocusEvent).relatedTarget;
      if (!(from instanceof Node && root.contains(from))) this.cameFrom = from as HTMLElement | null;
    });
  }

  get(callId: string): Card | undefined {
    return this.cards.get(callId)?.card;
  }

  /** `dismissed`: the agent has closed it. */
  show(call: CallView, extension: string, dismissed: () => void): Card {
    const { callId } = call;
    this.get(callId)?.element.remove();
    const card = new Card(call, extension, this.now, () => this.dismiss(callId));
    this.cards.set(callId, { card, dismissed });
    this.list.prepend(card.element);
    this.timer ??= setInterval(() => {
      for (const { card } of this.cards.values()) card.tick();
    }, 1_000);
    card.draw(this.words());
    return card;
  }

  /** The call is over: the card says why, and goes after a while. */
  finish(card: Card, call: CallView, end: CardEnd): void {
    card.call = call;
    card.finish(end);
    this.say(card);
    const leave = () => {
      if (this.get(call.callId) !== card) return;
      if (card.element.matches(':hover, :focus-within')) setTimeout(leave, LINGER_MS);
      else this.remove(call.callId);
    };
    setTimeout(leave, LINGER_MS);
  }

  /** Draws a card and has a screen reader say it. */
  say(card: Card, what?: string): void {
    card.draw(this.words());
    const words = this.words();
    this.speech.textContent = `${what ?? card.said(words)}: ${card.summary(words)}`;
  }

  draw(): void {
    const words = this.words();
    this.section.lang = words.locale;
    this.section.setAttribute('aria-label', words.calls);
    for (const { card } of this.cards.values()) card.draw(words);
  }

  /** An event that was recorded at this time has come now. */
  heard(recordedtime: string): void {
    this.aheadMs = Math.min(this.aheadMs, Date.now() - Date.parse(recordedtime));
  }

  /** Closes the card that has the focus, or else the newest. */
  dismissOne(): void {
    const cards = [...this.cards].reverse();
    const [callId] = cards.find(([, { card }]) => card.element.matches(':focus-within')) ?? cards[0] ?? [];
    if (callId !== undefined) this.dismiss(callId);
  }

  clear(): void {
    for (const callId of [...this.cards.keys()]) this.remove(callId);
  }

  private readonly now = () => Date.now() - (Number.isFinite(this.aheadMs) ? this.aheadMs : 0);

  private dismiss(callId: string): void {
    this.cards.get(callId)!.dismissed();
    this.remove(callId);
  }

  private remove(callId: string): void {
    const { element } = this.get(callId)!;
    const hadFocus = element.contains(this.root.activeElement);
    element.remove();
    this.cards.delete(callId);
    if (this.cards.size === 0) {
      clearInterval(this.timer);
      this.timer = undefined;
    }
    // Back to where the agent worked: a removed element would leave the focus nowhere.
    if (hadFocus) this.cameFrom?.focus();
  }
}
