import { answerFor } from './answer.js';
import { somebodyFree } from './free-extension.js';
import type { LiveCall, Pbx } from './live-call.js';
import type { CallScript } from './plan.js';
import type { Random } from './random.js';
import type { Leg } from './switchboard-parts.js';
import { transferBlind } from './transfer.js';

/** What a person who tries a screen pop does with the calls at one extension. */
export const ACTS = [
  'ring',
  'colleague-transfers',
  'answer',
  'transfer',
  'hang-up',
  'caller-gives-up',
] as const;
export type Act = (typeof ACTS)[number];

/** A caller who is forgotten leaves, and so does one who talks. */
const PATIENCE_MS = 120_000;
const TALK_MS = 600_000;
const RINGS_MS = 4_000;
/** After the talk: the plan says how a transfer is made, and a person when. */
const NEVER_MS = 2 * TALK_MS;

/**
 * Does it now. False: nothing at the extension can be answered, transferred or hung up, or no colleague is free. The calls are such as a
 * script makes, so that the truth knows them; those of the traffic are answered and hung up as well, and not transferred.
 *
 * @param start begins a call
 */
export function byHand(
  pbx: Pbx,
  random: Random,
  extension: string,
  act: Act,
  start: (script: CallScript) => unknown,
): boolean {
  switch (act) {
    case 'ring':
      start({
        kind: 'direct',
        extension,
        answerAfterMs: null,
        leavesAfterMs: PATIENCE_MS,
        talkMs: TALK_MS,
        transfer: { as: 'blind', afterMs: NEVER_MS, ringMs: RINGS_MS },
      });
      return true;
    case 'colleague-transfers': {
      const not = pbx.directory.extensions.find(({ number }) => number === extension) ?? null;
      const colleague = somebodyFree(pbx, random, not);
      if (colleague === null) return false;
      start({
        kind: 'direct',
        extension: colleague.number,
        answerAfterMs: 1_500,
        leavesAfterMs: PATIENCE_MS,
        talkMs: TALK_MS,
        transfer: { as: 'blind', to: extension, afterMs: 2_500, ringMs: RINGS_MS },
      });
      return true;
    }
    case 'answer':
      return first(pbx, extension, isRinging, ([call, leg]) => answerFor(call, leg));
    case 'caller-gives-up':
      return first(
        pbx,
        extension,
        (call, leg) => !call.answered && isRinging(call, leg),
        ([call]) => call.finish(),
      );
    case 'transfer':
      return first(
        pbx,
        extension,
        (call, leg) => isTalking(call, leg) && call.plan.transfer !== null,
        ([call, leg]) => transferBlind(call, leg),
      );
    case 'hang-up':
      return first(pbx, extension, isTalking, ([call]) => call.finish());
  }
}

const isRinging = (_: LiveCall, leg: Leg) => leg.state === 'RINGING';
const isTalking = (call: LiveCall, leg: Leg) => call.answered && leg.state !== 'RINGING';

/** The newest: that is the one that the person has just begun. */
function first(
  pbx: Pbx,
  extension: string,
  fits: (call: LiveCall, leg: Leg) => boolean,
  act: (found: readonly [call: LiveCall, leg: Leg]) => void,
): boolean {
  for (const call of [...pbx.live.values()].toReversed()) {
    const leg = [...call.legs].find((one) => one.extension.number === extension && fits(call, one));
    if (leg === undefined) continue;
    act([call, leg]);
    return true;
  }
  return false;
}
