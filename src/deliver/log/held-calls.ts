import type { CallView } from '../../core/model/event.js';
import { type Audience, type Exposure, exposureOfCall } from '../access/audience.js';
import { callShownTo, isMasked } from '../access/shown-to.js';

interface HeldCall {
  readonly view: CallView;
  readonly exposure: Exposure;
  /** Calls are listed in the order in which they were first held. */
  readonly order: number;
  json: string | null;
  /** As it reads where numbers are masked. */
  maskedJson: string | null;
}

/**
 * The live calls of a tenant, found by the extensions and queues that make them visible: what an audience of one
 * extension may see costs the same with ten calls and with ten thousand.
 */
export class HeldCalls {
  readonly #calls = new Map<string, HeldCall>();
  readonly #byName = new Map<string, Set<HeldCall>>();
  #held = 0;

  clear(): void {
    this.#calls.clear();
    this.#byName.clear();
  }

  hold(view: CallView): void {
    const { callId } = view;
    const before = this.#calls.get(callId);
    if (before !== undefined) this.#unlist(before);
    const order = before?.order ?? (this.#held += 1);
    const held: HeldCall = { view, exposure: exposureOfCall(view), order, json: null, maskedJson: null };
    this.#calls.set(callId, held);
    for (const name of namesOf(held)) {
      const named = this.#byName.get(name);
      if (named === undefined) this.#byName.set(name, new Set([held]));
      else named.add(held);
    }
  }

  drop(callId: string): void {
    const held = this.#calls.get(callId);
    if (held === undefined) return;
    this.#calls.delete(callId);
    this.#unlist(held);
  }

  /** The call as JSON; null if there is none that the audience may see. */
  call(callId: string, audience: Audience): string | null {
    const held = this.#calls.get(callId);
    return held !== undefined && audience.seesCall(held.exposure) ? jsonOf(held, audience) : null;
  }

  /** `[…]`: the calls that the audience may see, as JSON. */
  json(audience: Audience): string {
    const visible: string[] = [];
    for (const held of this.#candidates(audience))
      if (audience.seesCall(held.exposure)) visible.push(jsonOf(held, audience));
    return `[${visible.join(',')}]`;
  }

  /** All calls that the audience may see, and maybe others. */
  #candidates({ reach }: Audience): Iterable<HeldCall> {
    if (reach === null) return this.#calls.values();
    const found = new Set<HeldCall>();
    const { extensions, queues } = reach;
    for (const extension of extensions)
      for (const held of this.#named(byExtension(extension))) found.add(held);
    for (const queue of queues) for (const held of this.#named(byQueue(queue))) found.add(held);
    return [...found].sort((a, b) => a.order - b.order);
  }

  #named(name: string): Iterable<HeldCall> {
    return this.#byName.get(name) ?? [];
  }

  #unlist(held: HeldCall): void {
    for (const name of namesOf(held)) {
      const named = this.#byName.get(name);
      named?.delete(held);
      if (named?.size === 0) this.#byName.delete(name);
    }
  }
}

/** An extension and a queue may have the same name. */
function byExtension(name: string): string {
  return `e${name}`;
}

function byQueue(name: string): string {
  return `q${name}`;
}

function namesOf({ exposure }: HeldCall): string[] {
  return [...exposure.extensions.map(byExtension), ...exposure.queues.map(byQueue)];
}

/** Encoded once for all that it reads the same for. */
function jsonOf(held: HeldCall, audience: Audience): string {
  const { view, exposure } = held;
  if (!isMasked(audience, exposure)) return (held.json ??= JSON.stringify(view));
  return (held.maskedJson ??= JSON.stringify(callShownTo(view, audience, exposure)));
}
