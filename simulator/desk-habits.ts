import { Random } from './random.js';

/**
 * What customers and agents do because of calls that no agent answered: what a list of call-backs has to follow. A number is a
 * share; it is off at 0. With all of them off a seed gives the day that it gave before there were any.
 */
export interface DeskHabits {
  /** Calls, in and out, of a few customers who have to do with the desk again and again. */
  readonly regulars: number;
  /** Of the regulars' calls: the number is written as it was before 2018 (a mobile) or before 2017 (a landline). */
  readonly oldForms: number;
  /** Queue calls whose caller's number is the hotline of a queue or an extension, and who give up before anybody is rung. */
  readonly ownNumbers: number;
  /** Calls in whose caller waits for some seconds and gives up, even if an agent is free. */
  readonly givesUp: number;
  /** Abandoned calls whose customer an agent calls back within a minute or two. */
  readonly callsBackLater: number;
  /** Of the call-backs: the customer does not answer. */
  readonly backUnanswered: number;
  /** Of those that are answered: the two talk for less than ten seconds. */
  readonly backBrief: number;
  /** Of the call-backs: by click-to-call, whose rows look answered before the customer answers. */
  readonly backByClick: number;
  /** Of the call-backs: the customer calls in at the same time. */
  readonly backCrossed: number;
  /** Of the call-backs that did not reach the customer: another one follows. */
  readonly backRepeated: number;
  /** Abandoned calls whose customer calls again within minutes, and may give up again. */
  readonly callsAgainLater: number;
}

export const NO_DESK_HABITS: DeskHabits = {
  regulars: 0,
  oldForms: 0,
  ownNumbers: 0,
  givesUp: 0,
  callsBackLater: 0,
  backUnanswered: 0,
  backBrief: 0,
  backByClick: 0,
  backCrossed: 0,
  backRepeated: 0,
  callsAgainLater: 0,
};

export const DESK_HABITS = Object.keys(NO_DESK_HABITS) as readonly (keyof DeskHabits)[];

/** The largest share that is drawn. */
const MOST: DeskHabits = {
  regulars: 0.25,
  oldForms: 0.6,
  ownNumbers: 0.05,
  givesUp: 0.35,
  callsBackLater: 0.9,
  backUnanswered: 0.5,
  backBrief: 0.4,
  backByClick: 0.7,
  backCrossed: 0.3,
  backRepeated: 0.8,
  callsAgainLater: 0.5,
};

/** Draws a day's habits from its seed: each is on in about three of four draws, independently of the others. */
export function drawDeskHabits(seed: number | string): DeskHabits {
  const random = new Random(`desk-${seed}`);
  return Object.fromEntries(
    DESK_HABITS.map((name) => {
      const share = MOST[name] * (0.2 + 0.8 * random.next());
      return [name, random.chance(0.75) ? Math.round(share * 1000) / 1000 : 0];
    }),
  ) as unknown as DeskHabits;
}
