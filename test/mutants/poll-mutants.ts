import { type Mutant, mutantsOf } from './mutant.js';

const SCHEDULE = 'src/poll/schedule';

export const POLL_MUTANTS: readonly Mutant[] = [
  ...mutantsOf(`${SCHEDULE}/schedule.ts`, `${SCHEDULE}/schedule.spec.ts`, [
    [
      'Math.max(backoff.next(), retryAfterMs ?? 0)',
      'backoff.next()',
      'a PBX that asks to be left alone would be polled on',
    ],
    [
      'if (notBefore !== null) return notBefore;',
      '',
      'an absence to confirm would break through a back-off and a Retry-After',
    ],
    [
      'Math.max(sentAt + intervalMs, answeredAt + intervalMs * BREATHER)',
      'sentAt + intervalMs',
      'a PBX slower than the interval would get one request after the other',
    ],
    [
      'this.#mustWait(endpoint) ? 0 :',
      'now < 0 ? 0 :',
      'an endpoint that must wait would be polled early, with the other',
    ],
    [
      'Math.max(heldBackMs, this.#options.intervalMs)',
      'heldBackMs',
      'while a probe of the host is under way, requests would be tried in a tight loop',
    ],
    ['backoff.reset();', '', 'a second failure in a day would wait as long as the tenth in a row'],
    [
      'if (open.includes(endpoint)) return false;',
      '',
      'a second request would be sent while the first one hangs',
    ],
  ]),
  ...mutantsOf(`${SCHEDULE}/interval.ts`, `${SCHEDULE}/schedule.spec.ts`, [
    ['this.#budget?.spend(now, requests);', '', 'the budget would not count what is spent'],
    [
      'else if (status === null || status === 429 || status >= 500)',
      'else if (status === null || status >= 500)',
      'a 429 would not slow the polls down',
    ],
  ]),
  ...mutantsOf(`${SCHEDULE}/throttle.ts`, `${SCHEDULE}/throttle.spec.ts`, [
    ['if (sentAt < this.#halvedAt) return;', '', 'two endpoints that fail together would quarter the rate'],
    [
      'this.#rate = Math.max(rate / 2, LOWEST_RATE);',
      'this.#rate = rate / 2;',
      'polls would all but stop in a long outage, and see its end late',
    ],
  ]),
  ...mutantsOf(`${SCHEDULE}/activity.ts`, `${SCHEDULE}/activity.spec.ts`, [
    [
      "state === 'ringing' && absence === null",
      "state === 'ringing'",
      'a leg that has gone would keep the polls fast',
    ],
    [
      'if (now - call.startedAt > STALE_MS) continue;',
      '',
      'a row that lingers as Trying would keep the polls fast for hours',
    ],
    [
      'return answeredAt === null && entry !== null',
      'return entry !== null',
      'a conversation would be polled like a wait',
    ],
  ]),
  ...mutantsOf(`${SCHEDULE}/request-budget.ts`, `${SCHEDULE}/request-budget.spec.ts`, [
    [
      'this.#perMs = (perHour - this.#capacity) / HOUR_MS;',
      'this.#perMs = perHour / HOUR_MS;',
      'more requests than the budget could be spent in an hour',
    ],
    [
      'Math.min(intervalMs * shortage, slowest)',
      'intervalMs * shortage',
      'an empty bucket would stop the polls',
    ],
  ]),
  ...mutantsOf('src/poll/cycle/tenant-ledger.ts', 'src/poll/cycle/refused-commit.spec.ts', [
    [
      'known: without, desk: null, isWhole',
      'known: without, isWhole',
      'what was given up would stay among the calls of this moment, and be counted on no day',
    ],
  ]),
  ...mutantsOf('src/poll/cycle/tenant-ledger.ts', 'src/poll/cycle/requests.spec.ts', [
    [
      'hints !== this.#hintsFollowed ||',
      '',
      'what is asked of a tenant’s owner would wait for the next touch, for seconds',
    ],
    ['answers: of.answers,', 'answers: [],', 'what was asked would be written again with every commit'],
    [
      'answers.length > 0 ? { ...part, transitions: [] }',
      'answers.length < 0 ? { ...part, transitions: [] }',
      'a request that the store never takes would make the monitor look degraded',
    ],
  ]),
  ...mutantsOf('src/poll/cycle/tenant-poller.ts', 'src/poll/cycle/requests.spec.ts', [
    ['owned && this.#ledger.hasRequests', 'false', 'no request would ever be answered'],
  ]),
  ...mutantsOf('src/poll/cycle/tenant-loop.ts', 'src/poll/cycle/tenant-loop.spec.ts', [
    [
      'requests.hasAnswers || this.#isAsked',
      'requests.hasAnswers',
      'what is asked during a cycle would wait for the next poll',
    ],
  ]),
];
