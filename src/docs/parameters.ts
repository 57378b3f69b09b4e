import { EVENT_TYPES } from '../core/model/event.js';
import { MAX_NAME_LENGTH, MAX_NAMES } from '../deliver/access/event-filter.js';
import { type IntervalKind, INTERVALS } from '../core/day/numbers.js';
import { CALL_STATES, ENDED, FORMATS, MAX_CUSTOMERS, MAX_PAGE, OUTCOMES } from '../deliver/http/query.js';
import { DAYS_MAX } from '../deliver/http/stats-range.js';
import type { Parameter } from './operation.js';

/** The parameters that several addresses share. A test compares them with those that the service knows. */

export const A_NAME = { type: 'string', minLength: 1, maxLength: MAX_NAME_LENGTH };

/** Which calls; also their events. Extensions and queues are a union, everything else narrows it. */
export const CALL_FILTERS: readonly Parameter[] = [
  list('extensions', {
    description: 'Only calls in which one of these extensions has, or had, a part',
    items: A_NAME,
    maxItems: MAX_NAMES,
    example: ['107', '108'],
  }),
  list('queues', {
    description:
      'Only calls in one of these queues, by id or name (by its id, if its name holds a comma); with `extensions` it is a union',
    items: A_NAME,
    maxItems: MAX_NAMES,
    example: ['Sales'],
  }),
  list('customers', {
    description:
      'Only calls of these customers: whole telephone numbers in any written form (`0914237383`, `+84 914 237 383`), read by the numbering plan of the tenant’s country. A masked number is refused',
    items: { ...A_NAME, pattern: '^[^*]+$' },
    maxItems: MAX_CUSTOMERS,
    example: ['0914237383'],
  }),
];

export const QUEUES = list('queues', {
  description: 'Only these queues, by id or name (by its id, if its name holds a comma)',
  items: A_NAME,
  maxItems: MAX_NAMES,
  example: ['Sales'],
});

export const STATES = list('states', {
  description:
    'Only calls that are in one of these states now; `ended` alone: those that have ended, in place of those that are alive',
  items: { type: 'string', title: 'CallState', enum: [...CALL_STATES, ENDED] },
  maxItems: CALL_STATES.length,
  example: ['queued', 'ringing'],
});

/** The part of `GET /v1/calls` that needs `state=ended`. */
export function endedFilters(position: string): readonly Parameter[] {
  return [
    list('outcomes', {
      description: 'With `state=ended`: only calls that ended so',
      items: { type: 'string', title: 'CallOutcome', enum: OUTCOMES },
      maxItems: OUTCOMES.length,
      example: ['abandoned'],
    }),
    day(
      'since',
      'With `state=ended`: only calls that ended on this day of the tenant or later, or at this instant or later',
    ),
    day(
      'until',
      'With `state=ended`: only calls that ended on this day of the tenant or before, or before this instant',
    ),
    {
      name: 'after',
      in: 'query',
      description: 'With `state=ended`: `next` of the page before',
      schema: { type: 'string' },
      example: position,
    },
    {
      name: 'limit',
      in: 'query',
      description:
        'With `state=ended`: how many calls the answer has at most; without it a page has 100, and a table all of them',
      schema: { type: 'integer', minimum: 1, maximum: MAX_PAGE },
    },
    { ...FORMAT, description: `With \`state=ended\`: ${lowerFirst(FORMAT.description)}` },
  ];
}

const FORMAT: Parameter = {
  name: 'format',
  in: 'query',
  description: '`csv`: the answer is a table for spreadsheets, as with `Accept: text/csv`',
  schema: { type: 'string', title: 'AnswerFormat', enum: FORMATS },
  example: 'json',
};

/** Of numbers: which time, in which intervals. */
export function timeAndIntervals(kinds: readonly IntervalKind[]): readonly Parameter[] {
  return [
    day('from', 'The first day of the tenant, or an instant; left out: the day of `to`'),
    day('to', 'The last day of the tenant, or the instant up to which; left out: today'),
    FORMAT,
    {
      name: 'by',
      in: 'query',
      description: `The intervals: whole ones, of which some part lies between \`from\` and \`to\`; ${kinds
        .map((by) => `at most ${DAYS_MAX[by]} days of them by ${by}`)
        .join(', ')}`,
      schema: {
        type: 'string',
        title: kinds.length === INTERVALS.length ? 'IntervalKind' : 'AgentIntervalKind',
        enum: kinds,
        default: 'day',
      },
      example: 'hour',
    },
  ];
}

export const TYPES = list('types', {
  description: `Only events of these types: ${EVENT_TYPES.map((type) => `\`${type}\``).join(', ')}`,
  items: { type: 'string', title: 'EventType', enum: EVENT_TYPES },
  maxItems: EVENT_TYPES.length,
  example: ['call-offered', 'call-offer-ended'],
});

export const EXTENSIONS = list('extensions', {
  description: 'Only these extensions',
  items: A_NAME,
  maxItems: MAX_NAMES,
  example: ['107', '108'],
});

/** Of every address with a token. */
export const TENANT: Parameter = {
  name: 'tenant',
  in: 'query',
  description:
    'Only with `AUTH_MODE=none`, where no token names the tenant; the first one, if it is left out. A token’s own tenant counts more',
  schema: { type: 'string' },
  example: 'acme',
};

/** @param cursor an example */
export function after(cursor: string): Parameter {
  return {
    name: 'after',
    in: 'query',
    description: 'The cursor to continue from',
    schema: { type: 'string' },
    example: cursor,
  };
}

export function instant(parameter: string, description: string, example: string): Parameter {
  return {
    name: parameter,
    in: 'query',
    description,
    schema: { type: 'string', format: 'date-time' },
    example,
  };
}

function day(parameter: string, description: string): Parameter {
  return {
    name: parameter,
    in: 'query',
    description,
    schema: {
      anyOf: [
        { type: 'string', format: 'date' },
        { type: 'string', format: 'date-time' },
      ],
    },
    example: '2026-03-02',
  };
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

interface List {
  readonly description: string;
  readonly items: object;
  readonly maxItems: number;
  readonly example: readonly string[];
}

export function list(plural: string, { description, items, maxItems, example }: List): Parameter {
  return {
    name: plural,
    in: 'query',
    description: `${description}. Separated by commas; \`${plural.slice(0, -1)}\` is the same parameter`,
    style: 'form',
    explode: false,
    schema: { type: 'array', items, maxItems },
    example,
  };
}
