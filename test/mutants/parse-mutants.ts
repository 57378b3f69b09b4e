import { type Mutant, mutantsOf } from './mutant.js';

const PARSE = 'src/source/parse';

const answers: readonly Mutant[] = [
  ...mutantsOf(`${PARSE}/json.ts`, `${PARSE}/list-reader.spec.ts`, [
    [
      'if (bytes.length > 2 * MAX_DEPTH && isTooDeep(bytes)) return undefined;',
      '',
      'a row of lists within lists would end each cycle of its tenant, as if the store had failed',
    ],
  ]),
  ...mutantsOf(`${PARSE}/answer-schemas.ts`, `${PARSE}/answer-schemas.spec.ts`, [
    [
      'if (error !== null) {\n    return { ok: false',
      "if (error === 'never') {\n    return { ok: false",
      'an error body with status 200 would be an empty list, and end every call',
    ],
    [
      'return count > rowCount ?',
      'return count < rowCount ?',
      'a list that was cut off would count as complete, and end the calls it lacks',
    ],
    [
      'const rows = data === null ? [] : data;',
      'const rows = data;',
      'a PBX without a call writes null: its source would be down all night',
    ],
    [
      'if (data === undefined) return { ok: false, reason: \'no "data" in the answer\' };',
      'if (data === undefined) return { ok: true, value: { rows: [], doubt: null } };',
      'any JSON object, such as a proxy’s own answer, would be an empty list',
    ],
    [
      "const label = anyText.transform(cutOff).catch('');",
      'const label = anyText.transform(cutOff);',
      'a name of an unexpected type would hide its whole call',
    ],
    [
      'if (word === false) return true;',
      'if (word === true) return true;',
      '`"status": false` is how a sibling service refuses with 200',
    ],
  ]),
  ...mutantsOf(`${PARSE}/instant.ts`, `${PARSE}/instant.spec.ts`, [
    [
      'return instant < EARLIEST ? null : instant;',
      'return instant;',
      'the epoch means "not yet": every queue entry would have been abandoned in 1970',
    ],
    [
      "(sign === '-' ? -1 : 1)",
      "(sign === '-' ? 1 : -1)",
      'times with an offset would be off by twice the offset: 14 hours in Vietnam',
    ],
    [
      '[Math.max(before, after), Math.min(before, after)]',
      '[Math.min(before, after), Math.max(before, after)]',
      'an hour that occurs twice would be read as its second occurrence, in the future',
    ],
    [
      'if (hour > 23 || minute > 59 || second > 59) return null;',
      'if (hour > 24 || minute > 60 || second > 60) return null;',
      'a time that does not exist would be taken for the next day’s',
    ],
    [
      'if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;',
      '',
      '30 February would be taken for a day in March',
    ],
  ]),
];

const lists: readonly Mutant[] = [
  ...mutantsOf(`${PARSE}/list-reader.ts`, `${PARSE}/list-reader.spec.ts`, [
    [
      "const outcome = reason === null ? 'complete' : 'partial';",
      "const outcome = 'complete';",
      'calls whose rows could not be read would end',
    ],
    [
      'if (complaint !== null && reading.readings.every(isForeign) && !this.#hasHad(listing)) {',
      'if (complaint !== null && reading.readings.length === 0) {',
      'an answer without one readable row would keep the source up',
    ],
    [
      "isUtf8(slice) ? this.#of.readRow(raw, this.#locale) : bad('not UTF-8'),",
      'this.#of.readRow(raw, this.#locale),',
      'names with replacement characters would be in the events',
    ],
    ['? body.subarray(3) : body;', '? body : body;', 'an answer with a byte order mark would be a failure'],
  ]),
  ...mutantsOf(`${PARSE}/row-set.ts`, `${PARSE}/list-reader.spec.ts`, [
    [
      'return difference === 0 ? JSON.stringify(row) > JSON.stringify(other) : difference > 0;',
      'return difference > 0;',
      'which of two rows of a leg counts would depend on their order, and flicker',
    ],
    [
      'if (last.repeats || last.badRows > 0) return null;',
      'if (last.badRows > 0) return null;',
      'the weaker of two rows would stay hidden after the stronger has gone, and its call would end',
    ],
    [
      'for (const key of leaving) changes.push([key, null]);',
      '',
      'a row that has gone would stay in the list, and its call would never end',
    ],
    [
      "if (reading.kind === 'bad') return null;",
      "if (reading.kind === 'bad') continue;",
      'a new row that cannot be read would not make the answer partial',
    ],
  ]),
  ...mutantsOf(`${PARSE}/row-slicer.ts`, `${PARSE}/row-slicer.spec.ts`, [
    [
      'if (tail.includes(DATA) || tail.includes(BACKSLASH)) return null;',
      'if (tail.includes(BACKSLASH)) return null;',
      'of two lists in an answer the wrong one would count',
    ],
    ['if (inside === BACKSLASH) at++;', '', 'a quotation mark in a name would cut its row in two'],
    ['if (byte === BACKSLASH) at++;', '', 'a quotation mark in a text before the list would end that text'],
  ]),
  ...mutantsOf(`${PARSE}/row-matcher.ts`, `${PARSE}/row-slicer.spec.ts`, [
    [
      'return (\n      this.#body[until - 1] === CLOSE_BRACE &&\n      this.#body.compare(this.#last.body, start, end, at, until) === 0\n    );',
      'return this.#body[until - 1] === CLOSE_BRACE;',
      'a changed row of the same length would be taken for the old one: ringing for answered',
    ],
    [
      'const same =\n      this.#body[until - 1] === CLOSE_BRACE &&\n      this.#body.compare(this.#last.body, start, end, at, until) === 0;',
      'const same = this.#body[until - 1] === CLOSE_BRACE;',
      'changed rows within a run would be taken for the old ones',
    ],
  ]),
];

const rows: readonly Mutant[] = [
  ...mutantsOf(`${PARSE}/monitor-row.ts`, `${PARSE}/monitor-row.spec.ts`, [
    [
      "signal === 'unclear' ? { kind: 'idle', extension: row.extension, owner } : bad('call_id missing');",
      "{ kind: 'idle', extension: row.extension, owner };",
      'an extension that talks would count as one without a call, and its call would end',
    ],
    ["  HELD: 'answered',", "  HELD: 'ringing',", 'a call on hold would ring'],
    [
      "RING_WAIT: 'ringing',",
      "RING_WAIT: 'unclear',",
      'an extension that RING_WAIT shows would never be offered the call',
    ],
    [
      '{ unclear: 0, ringing: 1, answered: 2 }',
      '{ unclear: 0, ringing: 2, answered: 1 }',
      'a leg that is answered on one of two devices would go on ringing',
    ],
    [
      "const ringWait = word === 'RING_WAIT';",
      'const ringWait = false;',
      'RING_WAIT is not RINGING for what the leg does next',
    ],
    [
      "if (row.extension === '') return isEmpty(row, raw as object) ? { kind: 'empty' } : bad('extension missing');",
      '',
      'rows without an extension would be one extension, and their calls one',
    ],
    [
      'dialled: isFeatureCode(numbers.destination) ? numbers.destination : null,',
      'dialled: null,',
      'a pick-up is recognised by the feature code that was dialled',
    ],
    [
      "startedAt: startedAt === 'unreadable' ? null : startedAt,",
      'startedAt: startedAt as number,',
      'a text would be compared with instants, and stored',
    ],
  ]),
  ...mutantsOf(`${PARSE}/participants.ts`, `${PARSE}/monitor-row.spec.ts`, [
    [
      'callers.every(isShortExtension) && isInside(leg.destination)',
      'callers.every(isShortExtension)',
      'an outbound call without a direction would be local, and have no customer',
    ],
    [
      "if (leg.destination === leg.extension || leg.destination === '') return 'inbound';",
      "if (leg.destination === leg.extension) return 'inbound';",
      'an inbound call whose destination is not known would be outbound: no offer, no pop',
    ],
    [
      'const swapped = first !== undefined && isHotlineLike(first.raw);',
      'const swapped = first === null;',
      'where the fields are swapped, the company’s hotline would be the customer',
    ],
    [
      '(number) => isLine(number) && !isCustomer(number)',
      'isLine',
      'the customer’s number would be the hotline too',
    ],
    [
      "outsider ?? (direction === 'inbound' ? null : first) ?? null;",
      'outsider ?? first ?? null;',
      'the hotline would be the customer of a caller who withholds the number',
    ],
    [
      "if (leg.cid === leg.extension) return 'caller';",
      '',
      'the caller’s own leg of a local call would be an offer, and pop',
    ],
  ]),
  ...mutantsOf(`${PARSE}/legs-reading.ts`, `${PARSE}/monitor-row.spec.ts`, [
    [
      ' && !sameLine(hotline, customer);',
      ';',
      'a row that repeats one number would teach the wrong direction, once and for good',
    ],
  ]),
  ...mutantsOf(`${PARSE}/phone-number.ts`, `${PARSE}/phone-number.spec.ts`, [
    [
      'type === undefined ? !parsed.isValid() : HOTLINE_TYPES.has(type)',
      'type === undefined && !parsed.isValid()',
      'a hotline would get an international form that cannot be dialled',
    ],
    [
      'domestic ? digitsOf(parsed.formatNational()) : null',
      'digitsOf(parsed.formatNational())',
      'a foreign number’s national form is another number at home',
    ],
    ['1[89]00', '1900', '1800 numbers are hotlines as well'],
    [
      'if (a.e164 !== null && b.e164 !== null) return a.e164 === b.e164;',
      '',
      '+84914237383 and 0914237383 would be two lines',
    ],
    ['/^[1-9]\\d{1,5}$/', '/^\\d{1,6}$/', 'a service code that begins with 0 would be an extension'],
  ]),
  ...mutantsOf(`${PARSE}/queue-row.ts`, `${PARSE}/queue-row.spec.ts`, [
    [
      'rejoined !== null && rejoined > joinedAt ? rejoined : null',
      'rejoined',
      'a row that repeats its join as a rejoin would be another queue entry',
    ],
    [
      "if (joinedAt === null) return bad('joined_time missing');",
      '',
      'all rows of a caller without a join time would be one queue entry',
    ],
    [
      "if (rejoined === 'unreadable') return bad('rejoined_time unreadable');",
      '',
      'a queue entry’s identity would hang on a time that cannot be read',
    ],
    [
      'abandoned: 3,\n  answered: 4,',
      'abandoned: 4,\n  answered: 3,',
      'a restart of the call-centre module would turn answered calls into abandoned ones',
    ],
    [
      'digest(`${queueId}|${joinedAt}|${rejoinedAt ?? 0}`)',
      'digest(`${queueId}|${joinedAt}`)',
      'a caller who comes back would get the id of the first call',
    ],
    [
      'digest(`${queueId}|${joinedAt}|${rejoinedAt ?? 0}`)',
      'digest(entryKey)',
      'the id of a call would reveal the number to clients that see it masked',
    ],
    [
      'const rowKey = `${queueId}|${row.mobile}|${joinedAt}`;',
      'const rowKey = `${queueId}|${row.mobile}`;',
      'a caller’s second call would be the first one, which lingers',
    ],
  ]),
  ...mutantsOf(`${PARSE}/row-reading.ts`, `${PARSE}/monitor-row.spec.ts`, [
    [
      "text === '' || text === NIL_UUID ? null : text",
      "text === '' ? null : text",
      'all rows with a UUID of zeros would be one call',
    ],
  ]),
];

export const PARSE_MUTANTS: readonly Mutant[] = [...answers, ...lists, ...rows];
