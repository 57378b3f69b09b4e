import { type Mutant, mutantsOf } from './mutant.js';

const UPKEEP = 'src/store/upkeep';
const STORED = 'src/store/stored';

export const STORE_MUTANTS: readonly Mutant[] = [
  ...mutantsOf(`${STORED}/codec.ts`, `${STORED}/formats.spec.ts`, [
    [
      'if (found > form.format) throw new NewerFormatError(tenant, found, form.format);',
      '',
      'an older build would take over a newer state, and lose what it does not know',
    ],
    [
      'return /^\\d{1,9}$/.test(text) ? Number(text) : NaN;',
      'return Number(text);',
      'a format that is no number, such as an empty text, would count as format 0',
    ],
  ]),
  ...mutantsOf(`${STORED}/formats.ts`, `${STORED}/formats.spec.ts`, [
    [
      'migrations.slice(from, format)',
      'migrations.slice(from + 1, format)',
      'a state would skip its first migration',
    ],
  ]),
  ...mutantsOf(`${STORED}/codec.ts`, `${STORED}/codec.spec.ts`, [
    [
      'return field === fieldOf(CALL, call.callId) && this.#calls.push(call) > 0;',
      'return this.#calls.push(call) > 0;',
      'a field that holds another call than it names could never be removed',
    ],
    [
      'return prefix + escaped(id);',
      'return prefix + id;',
      'two ids that UTF-8 cannot tell apart would share a field',
    ],
    [
      'this.#ended.sort((a, b) => a.endedAt - b.endedAt || byCallId(a, b))',
      'this.#ended.sort(byCallId)',
      'ended calls are forgotten oldest first, by their order',
    ],
    [
      'if (value === null) remove.push(fieldOf(prefix, id));',
      'if (value === undefined) remove.push(fieldOf(prefix, id));',
      'calls that have ended would stay in the state for good',
    ],
  ]),
  ...mutantsOf(`${STORED}/format-2.ts`, `${STORED}/codec.spec.ts`, [
    [
      'unlisted: from.unlisted,\n  };\n}\n\nfunction bracketOf',
      'unlisted: false,\n  };\n}\n\nfunction bracketOf',
      'a replica that takes over would end calls of extensions that lost their registration',
    ],
    [
      '...(legsOnly && {',
      '...(legsOnly && false && {',
      'a take-over would announce a caller twice whom the queue shows late',
    ],
    [
      'failingSince: from.failingSince,\n    lastError: from.lastError,\n    clock,',
      'failingSince: null,\n    lastError: from.lastError,\n    clock,',
      'an outage would begin again at each take-over',
    ],
  ]),
  ...mutantsOf(`${UPKEEP}/fair-cuts.ts`, `${UPKEEP}/fair-cuts.spec.ts`, [
    [
      'const share = room / (ascending.length - index);',
      'const share = room / ascending.length;',
      'what small logs leave would be lost to the large ones',
    ],
    [
      'Math.max(LEAST_EVENTS, Math.floor((events * level) / bytes))',
      'Math.floor((events * level) / bytes)',
      'a Redis that something else fills would cost each log everything',
    ],
  ]),
  ...mutantsOf(`${UPKEEP}/log-keeper.ts`, `${UPKEEP}/log-keeper.spec.ts`, [
    ['const PASS_SHARE = 10;', 'const PASS_SHARE = 1;', 'a clock that jumps would empty every log at once'],
    [
      "if (await this.#deps.upkeep.takeTurn('retention', PASS_EVERY_MS * 0.9)) await this.#pass();",
      "await this.#deps.upkeep.takeTurn('retention', PASS_EVERY_MS * 0.9); await this.#pass();",
      'as many tenths would go as there are replicas',
    ],
    [
      'if (total(sizes) <= bytes) return;',
      '',
      'all that is past its age would go at once, also where there is room',
    ],
    [
      'if (again) await this.#cut(',
      'await this.#cut(',
      'young events would go although the old ones were enough',
    ],
    [
      'if (!isOfTheKey(error)) throw error;',
      'throw error;',
      "one tenant's log would keep all others from being trimmed",
    ],
    [
      '.filter(([, { server }]) => server === name)',
      '',
      'the logs of a server with room would be cut for another one',
    ],
  ]),
  ...mutantsOf(`${UPKEEP}/store-watch.ts`, `${UPKEEP}/store-watch.spec.ts`, [
    [
      'Math.max(0, Math.abs(aheadMs) - doubtMs)',
      'Math.abs(aheadMs)',
      'a slow answer would be taken for a wrong clock',
    ],
    [
      'corrected.correctionMs = -Math.round(aheadMs);',
      'corrected.correctionMs = Math.round(aheadMs);',
      'a wrong clock would be made twice as wrong',
    ],
    [
      'if (!isOff) corrected.correctionMs = 0;',
      '',
      'a clock that is right again would be corrected for ever',
    ],
    ['(wasOff ? AGREES_MS : OFF_MS)', 'OFF_MS', 'a clock that is off by about a second would fill the log'],
  ]),
  ...mutantsOf('src/store/memory/memory-upkeep.ts', 'src/store/memory/memory-upkeep.spec.ts', [
    ['Math.max(1, Math.floor(log.length / share))', 'log.length', 'one pass could empty a log'],
    [
      '!(recordedAt(json) < limit)',
      'recordedAt(json) >= limit',
      'an event that does not say when it was recorded would be dropped',
    ],
  ]),
  ...mutantsOf(`${STORED}/inbox.ts`, 'src/store/memory/memory-inbox.spec.ts', [
    [
      'request?.id === id ? request : null',
      'request',
      'a request under another id than its own would be carried out, and never be answered',
    ],
    [
      "if (lines.some((line) => split(line)[0] === id)) return { asked: { status: 'waiting' }, inbox };",
      '',
      'a request that is asked twice would be carried out twice',
    ],
    [
      "if (known === id) return { asked: { status: 'answered', result }, inbox };",
      '',
      'a request that was answered would be carried out again',
    ],
    ['lines.length >= REQUESTS_MAX ||', '', 'an inbox that no owner empties would grow with small requests'],
  ]),
  ...mutantsOf('src/store/memory/memory-store.ts', 'src/store/memory/memory-inbox.spec.ts', [
    [
      "const inbox = tenant.fields.get(INBOX_FIELD) ?? '';",
      "const inbox = whole === undefined ? (tenant.fields.get(INBOX_FIELD) ?? '') : '';",
      'the first commit of an owner would lose what waits',
    ],
  ]),
  ...mutantsOf('src/store/memory/memory-webhook-store.ts', 'src/store/memory/memory-webhook-store.spec.ts', [
    ['if (known.fence !== fence) return false;', '', 'an owner that was replaced would undo progress'],
    [
      '.filter((text) => !known.has(text))',
      '',
      'a save without an answer would double dead letters when it is repeated',
    ],
  ]),
  ...mutantsOf(`${STORED}/webhooks.ts`, 'src/store/memory/memory-webhook-store.spec.ts', [
    [
      'if (known === null) unreadable.push(endpoint);\n    else endpoints.set(endpoint, known);',
      'if (known !== null) endpoints.set(endpoint, known);',
      'an endpoint whose progress cannot be read would look new, and begin at the log’s end',
    ],
  ]),
];
