import { z } from 'zod';
import { AGENT_STATES } from '../core/day/agent-standing.js';
import { INTERVALS } from '../core/day/numbers.js';
import { durationMs, instant } from './parts.js';

/** The bodies of the numbers: `docs/statistics.md` defines each. */

const count = z.int().min(0);
const share = z.number().min(0).max(1);

const mean = z
  .object({
    ms: durationMs
      .nullable()
      .describe('The mean of those that are known, in milliseconds; null: of none it is known'),
    known: count.describe('How many it is the mean of'),
    unknown: count.describe('How many are not in it, as theirs is not known'),
  })
  .meta({ title: 'Mean' });

const counts = z
  .object({ least: count, most: count })
  .meta({ title: 'CountRange' })
  .describe('Not less than `least` and not more than `most`; where it is known they are equal');

const shares = z
  .object({ least: share, most: share })
  .meta({ title: 'ShareRange' })
  .describe('From 0 to 1; where it is known both are equal');

const interval = {
  day: z.iso.date().describe('The day in the tenant’s zone'),
  from: instant,
  to: instant.describe('The first instant after it'),
  isOver: z.boolean().describe('False: it goes on, and counts what has been so far'),
  unwatchedMs: z
    .object({ monitor: durationMs, queue: durationMs })
    .describe(
      'How long each endpoint of the PBX was not watched, in milliseconds: what happened then is in no number, or in `unknown`',
    ),
};

export const queueStats = z
  .object({
    queue: z.object({
      id: z.string(),
      name: z.string().nullable().describe('As the queue was last called that day; null: not known'),
    }),
    offered: count.describe('Entries into the queue in the interval: the sum of the five below'),
    answered: count.describe('Those that an agent answered'),
    abandoned: count.describe('Those whose caller hung up, the short ones too'),
    flowedOut: count.describe('Those whose caller went on to another queue or elsewhere, without an answer'),
    unknown: count.describe('Those of which it is not known how they ended'),
    waiting: count.describe('Those that wait now'),
    shortAbandons: count.describe('Of those abandoned: certainly shorter than `SHORT_ABANDON_MS`'),
    abandonedShare: share
      .nullable()
      .describe('(abandoned − short) ÷ (answered + abandoned − short); null: of none'),
    serviceLevel: z.object({
      seconds: count.describe('Within so many seconds an answer is in time'),
      inTime: counts,
      share: shares.nullable().describe('In time ÷ (answered + abandoned − short); null: of none'),
    }),
    speedOfAnswer: mean.describe('The wait of those answered'),
    talk: mean.describe('The talk of those answered, hold included; a transferred call’s once'),
  })
  .meta({ description: 'The numbers of one queue in one interval, by when its callers came' });

export const agentStats = z
  .object({
    agent: z.object({
      extension: z.string(),
      name: z.string().nullable().describe('Of the agent who was last there that day; null: not known'),
    }),
    answered: count.describe(
      'Conversations that began in the interval with a call that came to the extension',
    ),
    placed: count.describe('Those with a call that the extension placed'),
    talk: mean.describe('The talk of both, hold included, of those that have ended'),
    talking: count.describe('Those that go on now'),
    notAnswered: count.describe('Rings at the extension that ended without an answer'),
    inState: z
      .object(
        Object.fromEntries(AGENT_STATES.map((state) => [state, durationMs])) as Record<
          (typeof AGENT_STATES)[number],
          typeof durationMs
        >,
      )
      .describe('Milliseconds in each state; time that is in none of them is not known'),
    now: z
      .object({
        state: z.enum(AGENT_STATES).meta({ title: 'AgentState' }),
        since: instant.describe('When it came into the state'),
      })
      .nullable()
      .describe('The state that it is in; null: the interval is over, or nothing is known of the present'),
  })
  .meta({ description: 'The numbers of one extension in one interval, by when each thing happened' });

const head = {
  from: instant.describe('The beginning of the time that was asked for'),
  to: instant.describe('The first instant after it'),
  by: z.enum(INTERVALS).meta({ title: 'IntervalKind' }),
  timeZone: z.string().describe('IANA name: whose days and hours they are'),
};

export const queueStatsBody = z.object({
  ...head,
  intervals: z
    .array(
      z.object({ ...interval, queues: z.array(queueStats).describe('Those that somebody entered, by id') }),
    )
    .describe('Each that has begun, in order'),
});

export const agentStatsBody = z.object({
  ...head,
  intervals: z
    .array(
      z.object({
        ...interval,
        agents: z.array(agentStats).describe('Those of whom something is known, by extension'),
      }),
    )
    .describe('Each that has begun, in order'),
});
