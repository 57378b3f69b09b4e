import { type Mutant, mutantsOf } from './mutant.js';

const HTTP = 'src/source/http';

export const REQUEST_MUTANTS: readonly Mutant[] = [
  ...mutantsOf(`${HTTP}/circuit-breaker.ts`, `${HTTP}/circuit-breaker.spec.ts`, [
    [
      'this.#failures >= FAILURES && everybody',
      'this.#failures >= FAILURES',
      'one tenant whose requests hang would stop all tenants of the host',
    ],
    [
      'if (this.#probe === permit) this.#probe = null;',
      '',
      'after a probe without a verdict the host would never be asked again',
    ],
    [
      '} else if (this.#probe === permit) {',
      '} else {',
      'requests that were sent before would double the delay of the probe',
    ],
    ['this.#failures = 0;', '', 'five failures in a day would mean that the host is down'],
    ['this.#delays.reset();', '', 'the second outage would begin with the longest delay'],
  ]),
  ...mutantsOf(`${HTTP}/deadline.ts`, `${HTTP}/deadline.spec.ts`, [
    [
      'this.isLate = this.passed === null;',
      'this.isLate = false;',
      'a time-out would not count against the host',
    ],
    [
      'if (this.passed !== null) return cut();',
      '',
      'a request that was given up before it began would be sent',
    ],
    ['this.#mates?.delete(this);', '', 'every request of a day would stay in memory'],
  ]),
  ...mutantsOf('src/base/semaphore.ts', 'src/base/semaphore.spec.ts', [
    [
      'if (next === undefined) this.#taken--;',
      'this.#taken--;\n    if (next === undefined) return;',
      'more requests than the host may get would be under way',
    ],
    [
      'if (signal.aborted) return Promise.resolve(false);',
      'if (signal.aborted) return Promise.resolve(true);',
      'a request that was given up would be sent, in a slot that is another’s',
    ],
    [
      'const giveUp = () => leave(false);',
      'const giveUp = () => resolve(false);',
      'a slot would go to a request that left',
    ],
  ]),
  ...mutantsOf(`${HTTP}/validators.ts`, `${HTTP}/validators.spec.ts`, [
    ['return age >= 1_000 ?', 'return age >= 0 ?', 'a 304 could hide a call that came in the same second'],
    [
      'if (etag !== undefined && ENTITY_TAG.test(etag))',
      'if (etag !== undefined)',
      'a tag that is no header would fail each poll',
    ],
  ]),
  ...mutantsOf(`${HTTP}/exchange.ts`, `${HTTP}/exchange.spec.ts`, [
    [
      'if (this.#size > this.#limit) this.#refuse(controller);',
      'if (this.#size < 0) this.#refuse(controller);',
      'an endless body would fill the memory',
    ],
  ]),
  ...mutantsOf('src/base/http-exchange.ts', `${HTTP}/exchange.spec.ts`, [
    ['if (status < 200) return;', '', 'an interim answer would be taken for the answer'],
    [
      'if (this.#abandoned !== null) controller.abort(this.#abandoned);',
      '',
      'a request that was given up while connecting would be sent',
    ],
  ]),
];
