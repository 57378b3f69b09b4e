import { type Mutant, mutantsOf } from './mutant.js';

const CLIENT = 'client/src';

/** What a client makes of the events and of the page that it is in, and what the conformance kit notices in one. */
export const CLIENT_MUTANTS: readonly Mutant[] = [
  ...mutantsOf('client/src/consumer.ts', 'client/src/consumer.spec.ts', [
    [
      'if (position.sequence > (this.caughtUpAfter ?? -1)) this.fold(event);',
      'this.fold(event);',
      'missed events would change the map back to what it was before the snapshot',
    ],
    [
      'this.caughtUpAfter = missedFollow ? (position?.sequence ?? null) : null;',
      'this.caughtUpAfter = Infinity;',
      'the map would stand still once missed events have followed',
    ],
  ]),
  ...mutantsOf('test/conformance/stream-judge.ts', 'test/conformance/judges.spec.ts', [
    [
      'if (this.handledIds.has(id))\n      throw',
      'if (false)\n      throw',
      'a consumer that does its work twice would pass',
    ],
    [
      'if (early !== undefined)\n      throw',
      'if (false)\n      throw',
      'a consumer that loses an event in a crash would pass',
    ],
    [
      'if (this.fragments.has(cursor))',
      'if (false)',
      'the author of a port would hear of a cursor that the bridge never gave',
    ],
  ]),
  ...mutantsOf('test/conformance/delivery-judge.ts', 'test/conformance/judges.spec.ts', [
    [
      'if (mustBeHandled(entry) && !this.handledIds.has(entry.event.id))',
      'if (false)',
      'a receiver that answers before its work would pass',
    ],
  ]),
  ...mutantsOf(`${CLIENT}/token-url.ts`, `${CLIENT}/token-url.spec.ts`, [
    ["method: 'POST',", "method: 'GET',", "a cache would give one agent's token to another"],
    ["cache: 'no-store',", '', "a browser's cache would answer with a token of the last agent"],
    ["text.startsWith('<')", "text.startsWith('!')", 'a login page would be called a broken token'],
    [
      '!JWT.test(token)',
      'false',
      'whatever a back end answers would be sent to the bridge as a token, and refused without a reason',
    ],
    ['{ ignoreBOM: true }', '{}', 'a byte-order mark would go unnoticed, until another reader fails at it'],
  ]),
  ...mutantsOf(`${CLIENT}/diagnosis.ts`, `${CLIENT}/diagnosis.spec.ts`, [
    [
      "protocol === 'http:' && !isLoopback(hostname)",
      "protocol === 'http:'",
      'a bridge on the same machine would be called mixed content, which browsers allow',
    ],
    [
      'if (blockedBy !== null) {',
      'if (false) {',
      'a policy of the page would be called a bridge that is down',
    ],
    ['!isPrivate(page.hostname)', 'true', 'a CRM in the same network would be sent to the wrong settings'],
  ]),
  ...mutantsOf(`${CLIENT}/lookup.ts`, `${CLIENT}/lookup.spec.ts`, [
    [
      "return { kind: 'failed', error };",
      "return { kind: 'none' };",
      'a customer whose lookup failed would be shown as a new one',
    ],
    ['abort.abort();', '', 'a lookup that is given up would go on in the CRM'],
  ]),
  ...mutantsOf(`${CLIENT}/token-keeper.ts`, `${CLIENT}/token-keeper.spec.ts`, [
    ['* (0.5 + random())', '', 'pages that were opened together would ask for tokens together'],
  ]),
];
