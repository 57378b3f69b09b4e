import type { Queue } from '../model/call.js';
import type { Instant, PhoneNumber } from '../model/observation.js';
import {
  CALL_IDS_KEPT,
  type Callback,
  type CallbackEnd,
  type CallbackPart,
  type Deed,
  DEEDS_KEPT,
} from './callback.js';

/** The steps that a call-back takes: each gives it as it is after the step, with one event more. */

/** A call that was abandoned. */
export interface Miss {
  readonly at: Instant;
  readonly callId: string;
  readonly customer: PhoneNumber;
  /** The queue that it was in last; null: none. */
  readonly queue: Queue | null;
  readonly waitMs: number | null;
  readonly isProbable: boolean;
  readonly isAfterHours: boolean;
}

export function opened(line: string, customer: PhoneNumber, callId: string, miss: Miss): Callback {
  const item = { id: idOf(callId), line, customer, parts: [], tried: 0, deeds: [], events: 0, claim: null };
  return missedAgain({ ...item, done: null }, miss);
}

export function missedAgain(item: Callback, miss: Miss): Callback {
  const { at, queue, customer } = miss;
  const id = queue?.id ?? null;
  const before = item.parts.find((part) => (part.queue?.id ?? null) === id);
  const part = withMiss(before, miss);
  const parts =
    before === undefined ? [...item.parts, part] : item.parts.map((one) => (one === before ? part : one));
  return { ...withDeed(item, { what: 'missed', at, by: null }), customer, parts };
}

export function tried(item: Callback, at: Instant): Callback {
  return { ...withDeed(item, { what: 'tried', at, by: null }), tried: item.tried + 1 };
}

export function claimed(item: Callback, by: string, at: Instant, until: Instant): Callback {
  return { ...withDeed(item, { what: 'claimed', at, by }), claim: { by, until } };
}

/** @param by null: time did it */
export function released(item: Callback, at: Instant, by: string | null): Callback {
  return { ...withDeed(item, { what: 'released', at, by }), claim: null };
}

export function closed(item: Callback, end: CallbackEnd): Callback {
  const { reason: what, at, by } = end;
  return { ...withDeed(item, { what, at, by }), claim: null, done: end };
}

export function reopened(item: Callback, by: string, at: Instant): Callback {
  return { ...withDeed(item, { what: 'reopened', at, by }), done: null };
}

/** When the customer was missed last. */
export function lastMissed({ parts }: Pick<Callback, 'parts'>): Instant {
  return Math.max(...parts.map(({ lastAt }) => lastAt));
}

function withMiss(part: CallbackPart | undefined, miss: Miss): CallbackPart {
  const { at, callId, queue, waitMs, isProbable, isAfterHours } = miss;
  if (part === undefined)
    return {
      queue,
      missed: 1,
      firstAt: at,
      lastAt: at,
      longestWaitMs: waitMs,
      callIds: [callId],
      probable: isProbable,
      afterHours: isAfterHours,
    };
  const waits = [part.longestWaitMs, waitMs].filter((ms) => ms !== null);
  return {
    queue,
    missed: part.missed + 1,
    firstAt: Math.min(part.firstAt, at),
    lastAt: Math.max(part.lastAt, at),
    longestWaitMs: waits.length === 0 ? null : Math.max(...waits),
    callIds: [...part.callIds, callId].slice(-CALL_IDS_KEPT),
    probable: part.probable && isProbable,
    afterHours: part.afterHours && isAfterHours,
  };
}

function withDeed(item: Callback, deed: Deed): Callback {
  return { ...item, deeds: [...item.deeds, deed].slice(-DEEDS_KEPT), events: item.events + 1 };
}

/**
 * Of the call that opened it, in characters that need no escape in a path or an inbox. Ids of the PBX are uuids; of others only
 * the first characters are kept.
 */
function idOf(callId: string): string {
  const safe = callId.replace(/[^\w-]/gu, (character) => `.${character.codePointAt(0)!.toString(36)}.`);
  return `cb-${safe.slice(0, ID_LENGTH)}`;
}

const ID_LENGTH = 120;
