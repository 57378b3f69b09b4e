import { type Mutant, mutantsOf } from './mutant.js';

const HTTP = 'src/webhooks/http';
const CONTROLLER = `${HTTP}/webhooks.controller.spec.ts`;
const CLI = 'src/cli/webhooks';

export const WEBHOOK_MUTANTS: readonly Mutant[] = [
  ...mutantsOf(`${HTTP}/webhooks.guard.ts`, CONTROLLER, [
    [
      'if (grant?.webhooks === true) {',
      'if (grant !== undefined) {',
      'every token of the tenant would send to its receivers, and read what they answer',
    ],
  ]),
  ...mutantsOf(`${HTTP}/webhooks.controller.ts`, CONTROLLER, [
    ['@UseGuards(BearerGuard, WebhooksGuard)', '@UseGuards(BearerGuard)', 'the claim would mean nothing'],
    [
      'onceOver(response, () => ended.abort());',
      '',
      'a replay that was stopped would go on without its client',
    ],
    [
      'const stop = this.clock.after(ms, () => ended.abort());',
      'const stop = () => undefined;',
      'a long replay would be cut by proxies, and where it was would not be known',
    ],
    [
      'const stop = this.clock.after(ms, () => reject(storeAway()));',
      'const stop = () => undefined;',
      'requests would hang while Redis is frozen',
    ],
  ]),
  ...mutantsOf(`${HTTP}/replay-body.ts`, CONTROLLER, [
    [
      'const cursor = z.string().refine((text) => parseCursor(text) !== null);',
      'const cursor = z.string();',
      'a text that is no cursor would be asked of the log',
    ],
  ]),
  ...mutantsOf('src/deliver/access/token.ts', 'src/deliver/access/token.spec.ts', [
    [
      'extensions === undefined &&\n        queues === undefined &&\n        numbers',
      'numbers',
      'a token for one extension would read what receivers answer about other calls',
    ],
    [
      "numbers === 'full' &&\n        !isDisplay,",
      'true,',
      'a screen would read what receivers answer, and send tests',
    ],
    [
      'claimOf(payload, names.webhooks) === true',
      'claimOf(payload, names.webhooks) !== undefined',
      'webhooks: false would be a right',
    ],
  ]),
  ...mutantsOf(`${CLI}/verify.ts`, `${CLI}/verify.spec.ts`, [
    [
      'const other = others.find(({ secret }) => isSignedBy(secret));',
      'const other = others.find(({ secret }) => isSignedBy(secret) && false);',
      'a request for another webhook would be called altered',
    ],
  ]),
  ...mutantsOf(`${CLI}/run.ts`, `${CLI}/run.spec.ts`, [
    ['next = { after: cursor };', 'next = what;', 'a long replay would begin again and again'],
  ]),
  ...mutantsOf('web/src/data/webhooks.ts', 'web/src/data/webhooks.spec.ts', [
    [
      'return cursor !== null && last !== null && last.outcome !==',
      'return last !== null && last.outcome ===',
      'the page would call a replay failed that only took long',
    ],
  ]),
];
