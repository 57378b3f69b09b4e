import { type Mutant, mutantsOf } from './mutant.js';

const SEND = 'src/webhooks/send';
const REQUEST = 'src/webhooks/request';
const CONFIG = 'src/config/webhooks';

/** Whom webhooks ask, what they send, and what they take for an answer. */
export const WEBHOOK_REQUEST_MUTANTS: readonly Mutant[] = [
  ...mutantsOf('src/base/public-address.ts', 'src/base/public-address.spec.ts', [
    ['ipaddr.process(address)', 'ipaddr.parse(address)', 'a mapped address would not be what it carries'],
    ['(parts[0]! & 0xe000) === 0x2000', 'true', 'IPv6 that is not given out would be asked'],
    ['&& zoneId === undefined', '', 'an interface of the machine could be chosen'],
    ['Number(bits) >= 1', 'Number(bits) >= 0', 'every address could be allowed by accident'],
  ]),
  ...mutantsOf(`${SEND}/guarded-connector.ts`, `${SEND}/guarded-connector.spec.ts`, [
    [
      'isIP(host) === 0 ? null : addressRefusal(host, allowed)',
      'null',
      'a literal would reach the machine itself before the connection is ended',
    ],
    ['if (refusal !== undefined)', 'if (refusal === "x")', 'a name would reach the machine itself'],
  ]),
  ...mutantsOf(`${SEND}/http-sender.ts`, `${SEND}/http-sender.spec.ts`, [
    ['if (asked.origin !== origin)', 'if (asked.origin === "x")', 'a template could send events elsewhere'],
    [
      'if (kept.has(endpoint)) continue;',
      'continue;',
      'connections would outlive what they were configured for',
    ],
    ['if (!first.isOnKept || ', 'if (', 'a receiver that drops connections would be asked twice a try'],
  ]),
  ...mutantsOf('src/base/shared-timeout.ts', 'src/base/shared-timeout.spec.ts', [
    [
      'if (endsAt > now) return this.#set(endsAt - now);',
      'if (endsAt > now) return;',
      'a receiver that hangs would hold its requests for ever',
    ],
    [
      'this.#ends.delete(one);\n    this.#ends.set(',
      'this.#ends.set(',
      'one that began again would hold up the ends of others',
    ],
  ]),
  ...mutantsOf(`${SEND}/tries.ts`, `${SEND}/http-sender.spec.ts`, [
    [
      'if (this.#signal.aborted) return one.pass(GIVEN_UP);',
      '',
      'a replica that hands a tenant over would go on sending',
    ],
    [
      'for (const one of this.#tries) one.pass(GIVEN_UP);',
      '',
      'a shutdown would wait for a receiver that hangs',
    ],
  ]),
  ...mutantsOf(`${SEND}/failure-reason.ts`, `${SEND}/http-sender.spec.ts`, [
    [
      "error.message === 'bad response'",
      "error.message === 'x'",
      'a receiver that sends 100 would get each event twice a try, and look like a lost connection',
    ],
  ]),
  ...mutantsOf(`${SEND}/verdict.ts`, `${SEND}/http-sender.spec.ts`, [
    ["{ from: 410, to: 410, verdict: 'gone' },", '', 'an endpoint that is gone would be asked for ever'],
    [
      "{ from: 200, to: 299, verdict: 'delivered' }",
      "{ from: 200, to: 399, verdict: 'delivered' }",
      'a redirect would count as delivered',
    ],
  ]),
  ...mutantsOf(`${SEND}/redact-answer.ts`, `${SEND}/redact-answer.spec.ts`, [
    ["bytes.join(''), ...entity", '...entity', 'an echoed query would show a key'],
    [
      "segment) => [decoded(segment).replace(/^bot/, '')",
      'segment) => [decoded(segment)',
      "Telegram's token would be shown",
    ],
  ]),
  ...mutantsOf(`${REQUEST}/signature.ts`, `${REQUEST}/signature.spec.ts`, [
    [
      'const head = `${id}.${timestamp}.`;',
      'const head = `${id}.`;',
      'an old request could be repeated with a new timestamp',
    ],
    [
      'Math.abs(ageSeconds) > TOLERANCE_SECONDS',
      'ageSeconds > TOLERANCE_SECONDS',
      'a clock that is behind would not be noticed',
    ],
  ]),
  ...mutantsOf(`${REQUEST}/render.ts`, `${REQUEST}/render.spec.ts`, [
    [
      'withoutDots(this.#text(path, undefined, percentEncoded))',
      'this.#text(path, undefined, percentEncoded)',
      'a customer could choose the path',
    ],
    [
      'this.#pairs(query, queryName, percentEncoded)',
      'this.#pairs(query, queryName, String)',
      'a customer could add parameters',
    ],
    [
      'return needs.every((field) => fieldOf(event, field) !== null);',
      'return true;',
      'a pop-up without a number would be sent',
    ],
    [
      'this.#written(itemField(item, alternative.field), alternative.is, alternative.unit)',
      'itemField(item, alternative.field)',
      'a CRM would get the times of what each queue missed in another form than all others',
    ],
  ]),
  ...mutantsOf(`${CONFIG}/template-fields.ts`, `${CONFIG}/template-fields.spec.ts`, [
    [
      "  'callback.id': 'text',\n",
      '',
      'a CRM’s list of tasks could not be fed: a template with the field would stop the start',
    ],
  ]),
  ...mutantsOf(`${CONFIG}/endpoints-reader.ts`, `${CONFIG}/endpoints-reader.spec.ts`, [
    [
      "if (url.protocol !== 'https:' && !allowHttp)",
      "if (url.protocol === 'x')",
      'customers would be sent in the clear by accident',
    ],
    [
      "if (url.username !== '' || url.password !== '')",
      "if (url.password === 'x')",
      'a password would be in an address',
    ],
  ]),
  ...mutantsOf(`${CONFIG}/same-webhooks.ts`, 'src/config/tenants/tenant-directory.spec.ts', [
    ['if (given instanceof Secret) return given.reveal();', '', 'a new secret would not be taken'],
  ]),
];
