import { createInterface } from 'node:readline';
import { DESK_RULES, WAIT_LIMIT_S, WAITING_LIMIT } from '../looks/desk-files.js';
import { degrade, usualStage } from '../looks/stages.js';
import { answersAt } from './answers.js';

/**
 * A call centre for somebody who sees the pages for the first time: questions to answer from the pages alone, while one of the
 * PBX's lists is away. What really happened is printed when it is asked for, and not before.
 */
const AGENT = '107';
const QUESTIONS = [
  'Whom must I call back first?',
  'Which queue is in trouble, and since when?',
  `How did the agent at extension ${AGENT} do today?`,
  'Which of what the page shows is not current, and since when?',
];
const ZONE = 'Asia/Ho_Chi_Minh';

async function main(): Promise<void> {
  const stage = await usualStage();
  await degrade(stage);
  const degradedAt = Date.now();
  const { floor } = stage;
  console.log(`The pages: ${floor.url}/\nThe token to sign in with:\n${stage.token}\n`);
  for (const [index, question] of QUESTIONS.entries()) console.log(`${index + 1}. ${question}`);
  console.log(`\nThe answers: Enter, or kill -USR2 ${process.pid}. The end: Ctrl-C, or kill ${process.pid}.`);

  const answer = () => console.log(answerText(floor.world.now, degradedAt));
  const answerText = (now: number, since: number): string => {
    const { owed, troubled, agent } = answersAt(now, floor.world.truth, AGENT, {
      waiting: WAITING_LIMIT,
      waitMs: WAIT_LIMIT_S * 1000,
      shortAbandonMs: DESK_RULES.shortAbandonMs,
    });
    return [
      `\n1. ${owed.map(({ customer, firstAt, missed }) => `${customer} (missed first at ${clock(firstAt)}, ${missed} times)`).join(', then ')}`,
      ...troubled.map(
        ({ queue, waiting, longestSince, waitingSince, waitSince }) =>
          `2. ${queue}: ${waiting} wait, the first since ${clock(longestSince)}; ` +
          `${WAITING_LIMIT} or more since ${clock(waitingSince)}, longer than ${WAIT_LIMIT_S} s since ${clock(waitSince)}`,
      ),
      `3. ${agent.extension}: ${agent.answered} answered, ${agent.placed} placed, ${agent.notAnswered} rings not answered, ` +
        `${minutes(agent.talkMs)} of talk; ${agent.talksSince === null ? 'does not talk now' : `talks since ${clock(agent.talksSince)}`}`,
      `4. all that comes from the queue’s list, since ${clock(since)} or a few seconds before`,
    ].join('\n');
  };
  createInterface({ input: process.stdin }).on('line', answer);
  process.on('SIGUSR2', answer);
  const end = () => void stage.close().then(() => process.exit(0));
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
}

function clock(instant: number | null): string {
  if (instant === null) return 'never';
  return new Date(instant).toLocaleTimeString('en-GB', { timeZone: ZONE });
}

function minutes(ms: number): string {
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

await main();
