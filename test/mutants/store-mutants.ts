import { type Mutant, mutantsOf } from './mutant.js';

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
      'return prefix + JSON.stringify(id).slice(1, -1);',
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
];
