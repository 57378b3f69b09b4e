import { type Mutant, mutantsOf } from './mutant.js';

const QUEUE = 'src/webhooks/queue';
const QUEUE_SPEC = `${QUEUE}/endpoint-queue.spec.ts`;
const RUN = 'src/webhooks/run';

/** What an endpoint is owed, when it gets it, and what is saved of that. */
export const WEBHOOK_QUEUE_MUTANTS: readonly Mutant[] = [
  ...mutantsOf(`${QUEUE}/lines.ts`, QUEUE_SPEC, [
    [
      'if (line !== undefined) return void line.push(item);',
      'if (line !== undefined) line.push(item);',
      'a call’s events would be sent at once, and arrive in any order',
    ],
    [
      'this.#heads.splice(this.#placeOf(next.event.sequence), 0, next);',
      '',
      'the second event of a call would never be sent',
    ],
  ]),
  ...mutantsOf(`${QUEUE}/breaker.ts`, QUEUE_SPEC, [
    [
      'export const IN_FLIGHT_MAX = 8;',
      'export const IN_FLIGHT_MAX = 9;',
      'a small host would get more requests at once than is promised',
    ],
  ]),
  ...mutantsOf(`${QUEUE}/breaker.ts`, `${QUEUE}/breaker.spec.ts`, [
    [
      'return inFlight === 0 && now >= this.#opensAt;',
      'return now >= this.#opensAt;',
      'an endpoint that is down would get everything at once instead of one probe',
    ],
    [
      'if (generation === this.#generation) {',
      'if (generation <= this.#generation) {',
      'eight requests that fail together would count as eight outages',
    ],
    [
      'now + (retryAfterMs ?? waitForProbe(this.#failures))',
      'now + waitForProbe(this.#failures)',
      'a receiver that asks for a pause would not get it',
    ],
    [
      'if (generation !== this.#generation) return;',
      '',
      'a pause that a receiver asks for would end with the answer to a request that was under way',
    ],
  ]),
  ...mutantsOf(`${QUEUE}/schedule.ts`, `${QUEUE}/breaker.spec.ts`, [
    [
      'const PROBES_MS = [1_000, 5_000, 30_000];',
      'const PROBES_MS = [1_000, 5_000, 60_000];',
      'an endpoint that is back would wait for a minute',
    ],
  ]),
  ...mutantsOf(`${QUEUE}/schedule.ts`, QUEUE_SPEC, [
    [
      'const WAITS_MS = [1_000, 5_000, 30_000, 120_000, 600_000];',
      'const WAITS_MS = [1_000, 5_000, 30_000, 120_000];',
      'what a receiver refuses would be tried later than docs/webhooks.md says',
    ],
  ]),
  ...mutantsOf(`${QUEUE}/owed.ts`, QUEUE_SPEC, [
    [
      'if (now >= this.#firstExpiry) this.#expire(now);',
      '',
      'a pop-up would come for a call that is long over',
    ],
    [
      "this.finish(item, item.tries > 0 ? 'refused' : 'expired', now);",
      "this.finish(item, 'expired', now);",
      'what a receiver refused would be listed as if it had been away',
    ],
    [
      'return status !== 429 &&',
      'return',
      'a receiver that asks for a pause would lose the event at which it asked',
    ],
    [
      'tries >= TRIES_BEFORE_ROOM && isSingled && !isInFlight',
      'tries >= TRIES_BEFORE_ROOM && !isInFlight && false',
      'a thousand events that a receiver refuses would stop all others',
    ],
  ]),
  ...mutantsOf(`${QUEUE}/endpoint-queue.ts`, QUEUE_SPEC, [
    [
      'if (this.#health.delivered(now)) this.#retryAll(now);',
      'this.#health.delivered(now);',
      'what an outage refused would wait for half an hour after it',
    ],
    [
      'Math.max(known, Math.min(this.#owed.touched, reached))',
      'reached',
      'a hand-over would store thousands of events that were only read',
    ],
    [
      'if (event.sequence <= through) open.push',
      'if (event.sequence < 0) open.push',
      'a hand-over would lose what the receiver has refused',
    ],
    [
      'if (isNew) this.#owed.touch(this.#course.reached.sequence);',
      '',
      'what is missed would be missed again after a hand-over, and announced in a second gap',
    ],
    [
      'if (!this.#gapTurn.isDue(now) ||',
      'if (',
      'a gap would be announced as often as there is room for requests',
    ],
  ]),
  ...mutantsOf(`${QUEUE}/course.ts`, QUEUE_SPEC, [
    [
      'if (open !== null || entry.sequence > this.#through) found.push({ entry, open });',
      'found.push({ entry, open });',
      'a hand-over would repeat what was delivered',
    ],
  ]),
  ...mutantsOf(`${QUEUE}/health.ts`, `${QUEUE}/health.spec.ts`, [
    [
      'const PAUSED_AFTER_MS = 72 * 3_600_000;',
      'const PAUSED_AFTER_MS = 73 * 3_600_000;',
      'a receiver that is gone would be asked longer than is said',
    ],
    [
      'const FAILING_AFTER_MS = 5 * 60_000;',
      'const FAILING_AFTER_MS = 6 * 60_000;',
      'an outage would be announced late',
    ],
  ]),
  ...mutantsOf(`${RUN}/progress-keeper.ts`, `${RUN}/progress-keeper.spec.ts`, [
    [
      'for (const id of endpoints.keys()) this.#endpoints.get(id)?.restore(dead.get(id) ?? []);',
      '',
      'dead letters would be lost where Redis was away for a moment',
    ],
    [
      'if (!(await store.save(tenant, fence, { endpoints, dead, removed }))) return false;',
      'await store.save(tenant, fence, { endpoints, dead, removed });',
      'two replicas would deliver side by side until one is stopped',
    ],
    [
      'if (attempts.length > ATTEMPTS_KEPT) attempts.shift();',
      '',
      'attempts would fill the memory while Redis is away',
    ],
  ]),
  ...mutantsOf(`${RUN}/control.ts`, `${RUN}/control.spec.ts`, [
    [
      "if (last.verdict.kind !== 'delivered') return { delivered, last, cursor };",
      '',
      'a replay would flood a receiver that refuses everything',
    ],
    [
      'const shown = entry.shownTo(audience);',
      'const shown = entry;',
      'a replay would send events that the endpoint is not meant to see',
    ],
    [
      "if (asked.sequence <= oldestSequence(end, reach)) throw new UnusableCursorError('cursor-too-old');",
      '',
      'somebody would believe that an event was sent which the log no longer holds',
    ],
  ]),
  ...mutantsOf(`${RUN}/event-texts.ts`, `${RUN}/tenant-log.spec.ts`, [
    [
      "typeof id === 'string' ? id : cursor",
      'id as string',
      'an event that another client has written would stop the endpoint',
    ],
  ]),
  ...mutantsOf(`${RUN}/event-texts.ts`, `${RUN}/event-texts.spec.ts`, [
    [
      'if (!mayReadOtherwise(audience, text.type)) return text;',
      'return text;',
      'a webhook of one queue would get what others made of a call-back',
    ],
  ]),
  ...mutantsOf(`${RUN}/tenant-log.ts`, `${RUN}/tenant-log.spec.ts`, [
    [
      'reading.entry.epoch === epoch ?',
      'reading.entry.epoch !== null ?',
      'after a fail-over another event would be sent in place of the one that is owed',
    ],
  ]),
  ...mutantsOf(`${RUN}/tenant-runner.ts`, `${RUN}/webhook-service.spec.ts`, [
    [
      'for (const id of this.#removed) await this.#remove(id);',
      '',
      'a webhook that is added again would get all that happened since it was removed',
    ],
  ]),
];
