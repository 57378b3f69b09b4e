import type { CardEnd, CardWords } from './card-words.js';
import type { CallView } from './contract.js';
import type { Found } from './lookup.js';
import { isWithheld } from './withheld.js';

export type CardState = 'ringing' | 'answered' | 'ended';

/** One call's card: what is known of it, and its elements, which follow with `draw`. */
export class Card {
  readonly element = make('div', 'card');
  state: CardState;
  end: CardEnd | null = null;
  /** The extension that has transferred the call here. */
  from: string | null = null;
  found: Found | null = null;
  /** That it was answered has been announced. */
  isSaid = false;
  /** Milliseconds on the bridge's clock; null before the end. */
  private endedAt: number | null = null;
  private readonly stateText = make('p', 'state');
  private readonly timer = make('p', 'timer');
  private readonly close = make('button', 'close');
  private readonly name = make('p', 'name');
  private readonly number = make('p', 'number');
  private readonly detail = make('p', 'detail soft');

  /** `now`: milliseconds since the Unix epoch, on the bridge's clock. */
  constructor(
    public call: CallView,
    extension: string,
    private readonly now: () => number,
    closed: () => void,
  ) {
    this.state =
      call.extensions.find((view) => view.extension === extension)?.state === 'answered'
        ? 'answered'
        : 'ringing';
    const { element, close, name } = this;
    element.setAttribute('role', 'group');
    element.dataset.call = call.callId;
    this.timer.setAttribute('role', 'timer');
    close.type = 'button';
    close.textContent = '×';
    close.addEventListener('click', closed);
    name.id = `name-${call.callId}`;
    element.setAttribute('aria-labelledby', name.id);
    element.append(this.stateText, this.timer, close, name, this.number, this.detail);
  }

  finish(end: CardEnd): void {
    this.state = 'ended';
    this.end = end;
    this.endedAt = this.now();
  }

  draw(words: CardWords): void {
    const { call, element, found, name, number } = this;
    element.dataset.state = this.state;
    this.close.setAttribute('aria-label', words.close);
    this.stateText.textContent = this.said(words);
    const text = nameOf(found, words);
    name.replaceChildren(linked(text ?? numberOf(call, words), found));
    number.textContent = text === null ? '' : numberOf(call, words);
    this.detail.textContent = [
      found?.kind === 'failed' ? words.notLookedUp : null,
      call.queue?.name,
      call.hotline?.national ?? call.hotline?.raw,
    ]
      .filter(Boolean)
      .join(' · ');
    this.tick();
  }

  /** How long the caller has waited; once answered, how long they have talked. */
  tick(): void {
    const { answeredAt, startedAt } = this.call;
    const since = Date.parse((this.wasAnswered ? answeredAt : null) ?? startedAt);
    const seconds = Math.max(0, Math.floor(((this.endedAt ?? this.now()) - since) / 1_000));
    this.timer.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  }

  /** For a screen reader, and for a notification. */
  summary(words: CardWords): string {
    const number = numberOf(this.call, words);
    const text = nameOf(this.found, words);
    return text === null ? number : `${text}, ${number}`;
  }

  /** Its state in words. */
  said(words: CardWords): string {
    const text = this.end === null ? words[this.state as 'ringing' | 'answered'] : words.ended[this.end];
    return this.from === null ? text : `${text} · ${words.from(this.from)}`;
  }

  private get wasAnswered(): boolean {
    return this.state === 'answered' || this.end === 'ended' || this.end === 'transferred';
  }
}

function make<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, names: string): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  element.className = names;
  element.setAttribute('part', names);
  return element;
}

function numberOf({ customer }: CallView, words: CardWords): string {
  if (customer === null || customer.raw === '') return words.noNumber;
  return isWithheld(customer) ? words.withheld : (customer.national ?? customer.raw);
}

function nameOf(found: Found | null, words: CardWords): string | null {
  switch (found?.kind) {
    case 'one':
      return found.name;
    case 'many':
      return words.many(found.count);
    case 'none':
      return words.newCustomer;
    default:
      return null;
  }
}

/** A link where there is an address to go to; only http and https, as the address may hold what a customer wrote. */
function linked(text: string, found: Found | null): Node {
  const url = found !== null && 'url' in found ? found.url : undefined;
  const link = document.createElement('a');
  if (url !== undefined) link.href = url;
  if (!/^https?:$/.test(link.protocol)) return document.createTextNode(text);
  link.target = '_blank';
  link.rel = 'noopener';
  link.textContent = text;
  return link;
}
