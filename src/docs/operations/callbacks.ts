import type { CallbackEventView } from '../../core/model/event.js';
import { MAX_NAMES } from '../../deliver/access/event-filter.js';
import { CALLBACK_ORDERS } from '../../deliver/http/callback-order.js';
import { CLAIMED_BY, MAX_CUSTOMERS } from '../../deliver/http/query.js';
import type { Examples } from '../examples.js';
import { JSON_TYPE, type Operation, type Operations, type Parameter } from '../operation.js';
import { A_NAME, list } from '../parameters.js';

const ID: Parameter = {
  name: 'id',
  in: 'path',
  description: 'The `id` of the call-back',
  schema: { type: 'string' },
  example: 'cb-77e2b8d4-a90c',
};

export function callbackOperations({ events }: Examples): Operations {
  const { callback } = events['callback-updated'].data as CallbackEventView;
  const open = { ...callback, state: 'open', done: null, deeds: deedsOf(callback) };
  const free = { ...open, claimedBy: null, claimedUntil: null };
  const at = events['callback-updated'].time;
  const done = { reason: 'dismissed', at, probable: false, callId: null, by: 'lan', why: 'called-elsewhere' };
  const closed = { ...free, state: 'done', done };
  return {
    'GET /v1/callbacks': {
      operationId: 'listCallbacks',
      tag: 'callbacks',
      summary: 'Who is owed a call',
      description:
        'Open items, or those that were closed not long ago. A token of some queues gets items of these queues, with the parts that their calls made, and is sorted, searched and counted by these parts alone; a token of extensions alone gets none. `total` counts what matches on all pages. With `format=csv`, or an `Accept` that prefers `text/csv`, the answer is a table for spreadsheets with all that match, in the tenant’s time zone; `limit` and `after` mean nothing in it.',
      parameters: [
        word('state', 'CallbackState', 'Open items, or closed ones', ['open', 'done'], 'open'),
        list('queues', {
          description:
            'Only items that one of these queues missed, by id or name (by its id, if its name holds a comma)',
          items: A_NAME,
          maxItems: MAX_NAMES,
          example: ['Sales'],
        }),
        list('customers', {
          description:
            'Only those of these customers: whole telephone numbers in any written form, also in the form that the number had before Vietnam replaced it. A masked number is refused, and nothing is found whose number the token does not show',
          items: { ...A_NAME, pattern: '^[^*]+$' },
          maxItems: MAX_CUSTOMERS,
          example: ['0987654321'],
        }),
        word(
          'claimed',
          'ClaimedBy',
          'Only those that are free (`none`), that a person is on (`some`), or the holder of the token is, by its `sub` (`me`)',
          CLAIMED_BY,
        ),
        time('since', 'Only those missed last at this time or later'),
        time('until', 'Only those missed last before the end of this day, or before this instant'),
        word(
          'order',
          'CallbackOrder',
          '`waiting`: who has waited longest since they were missed first; `newest`: who was missed last, or of closed ones, was closed last; `missed`: who was missed most often; `tried`: who was tried least often',
          CALLBACK_ORDERS,
          'waiting',
        ),
        {
          name: 'after',
          in: 'query',
          description: '`next` of the page before, which was in the same order',
          schema: { type: 'string' },
        },
        {
          name: 'limit',
          in: 'query',
          description: 'The maximum number of items',
          schema: { type: 'integer', minimum: 1, maximum: 1_000, default: 100 },
        },
        word('format', 'AnswerFormat', 'What the answer is, whatever is accepted', ['json', 'csv']),
      ],
      ok: {
        description: 'A page of them',
        mediaType: JSON_TYPE,
        component: 'Callbacks',
        example: { callbacks: [free], total: 1, next: null },
      },
      problems: { 503: 'The call-backs cannot be read at the moment' },
    },
    'POST /v1/callbacks/{id}/claim': {
      operationId: 'claimCallback',
      summary: 'Say “I am on it”',
      description:
        'For 10 minutes from now, or until it is released or closed. Who is on it already is so for 10 minutes more.',
      ...changing({ result: 'written', callback: open }),
    },
    'POST /v1/callbacks/{id}/release': {
      operationId: 'releaseCallback',
      summary: 'Leave it to others',
      description: 'Ends one’s own claim. A free one is unchanged.',
      ...changing({ result: 'written', callback: free }),
    },
    'POST /v1/callbacks/{id}/dismiss': {
      operationId: 'dismissCallback',
      summary: 'Close it without a call',
      description:
        'Can be undone within 10 minutes. A token of some queues dismisses only what no other queue, and no call without a queue, has missed.',
      body: { component: 'Dismissal', example: { why: 'called-elsewhere' } },
      ...changing({ result: 'written', callback: closed }),
    },
    'POST /v1/callbacks/{id}/undo': {
      operationId: 'undoCallback',
      summary: 'Open it again',
      description:
        'Undoes a dismissal within 10 minutes, unless the customer was missed again since. An open item is unchanged.',
      ...changing({ result: 'written', callback: free }),
    },
  };
}

function deedsOf({ lastAt, claimedUntil, claimedBy }: CallbackEventView['callback']) {
  const claimedAt = new Date(Date.parse(claimedUntil!) - 600_000).toISOString();
  return [
    { what: 'missed', at: lastAt, by: null },
    { what: 'claimed', at: claimedAt, by: claimedBy },
  ];
}

function changing(example: object): Pick<Operation, 'tag' | 'parameters' | 'ok' | 'problems'> {
  return {
    tag: 'callbacks',
    parameters: [ID],
    ok: {
      description: 'It is so now',
      mediaType: JSON_TYPE,
      component: 'CallbackChanged',
      example,
    },
    problems: {
      403: 'The token lacks the claim `callbacks: true` (`callbacks-not-granted`) or a `sub` (`sub-required`), or shows only some of the queues that missed the customer (`not-theirs`)',
      404: 'There is no such call-back, or the token does not show it',
      409: '`claimed-already`: somebody else is on it. `done-already`: it is closed. `too-late`: it cannot be undone any more. `detail` says who and when, `callback` is the item as it is now',
      503: 'Nothing is known yet: `not-answered`, and it may still happen; `not-written`, `too-many-wait`, `not-ready` or `store-away`, and it will not. After `Retry-After`, asking again does no harm',
    },
  };
}

function word(
  name: string,
  title: string,
  description: string,
  words: readonly string[],
  otherwise?: string,
): Parameter {
  const schema = {
    type: 'string',
    title,
    enum: words,
    ...(otherwise === undefined ? {} : { default: otherwise }),
  };
  return { name, in: 'query', description, schema };
}

function time(name: string, description: string): Parameter {
  return {
    name,
    in: 'query',
    description: `${description}: a day of the tenant’s time zone, or an instant as in RFC 3339`,
    schema: { type: 'string' },
    example: '2026-03-02',
  };
}
