import { JSON_TYPE, type Operations } from '../operation.js';

const ID = {
  name: 'id',
  in: 'path',
  description: 'The `id` of the webhook in the configuration',
  schema: { type: 'string' },
  example: 'crm',
} as const;

const MISSING = 'No webhook has this id, or the token shows none';
const NEEDS = 'The token needs the claim `webhooks: true`, and neither `extensions` nor `queues`.';

const CURSOR = 'mm8x4r3k-9f41c0de:0000000000000041';
const RESULT = { outcome: 'delivered', status: 200, tookMs: 84, error: null };
const FAILURE = 'HTTP 503: {"message":"maintenance"}';

/** The addresses under `/v1/webhooks`, as `operations` has the others. */
export const WEBHOOK_OPERATIONS: Operations = {
  'GET /v1/webhooks': {
    operationId: 'listWebhooks',
    tag: 'webhooks',
    summary: 'The webhooks of the tenant, and how each does',
    description: `Each receiver that is configured, in the order of the configuration, with its state and how far it is behind. ${NEEDS}`,
    ok: {
      description: 'The webhooks',
      mediaType: JSON_TYPE,
      component: 'Webhooks',
      example: {
        webhooks: [
          {
            id: 'crm',
            url: 'https://crm.example.com/…',
            state: 'failing',
            cursor: CURSOR,
            lagEvents: 12,
            lagMs: 312_000,
            lastError: FAILURE,
            lastDeliveredAt: '2026-03-02T03:00:09.009Z',
          },
        ],
      },
    },
    problems: { 404: 'The token shows no webhooks' },
  },
  'GET /v1/webhooks/{id}/attempts': {
    operationId: 'listWebhookAttempts',
    tag: 'webhooks',
    summary: 'The last requests to a receiver',
    description: `The newest 200, tests and replays among them, the newest first. ${NEEDS}`,
    parameters: [ID],
    ok: {
      description: 'The attempts',
      mediaType: JSON_TYPE,
      component: 'WebhookAttempts',
      example: {
        attempts: [
          {
            at: '2026-03-02T03:05:21.204Z',
            id: 'evt_3f0c7a1be2d84f60a5c9b7d1e8f02a64',
            cursor: CURSOR,
            kind: 'event',
            outcome: 'endpoint-failed',
            status: 503,
            tookMs: 31,
            error: FAILURE,
          },
        ],
      },
    },
    problems: { 404: MISSING },
  },
  'GET /v1/webhooks/{id}/dead': {
    operationId: 'listWebhookDeadLetters',
    tag: 'webhooks',
    summary: 'The events that a receiver never got',
    description: `The newest 1000 that were given up, the newest first, without their content. ${NEEDS}`,
    parameters: [ID],
    ok: {
      description: 'The events',
      mediaType: JSON_TYPE,
      component: 'WebhookDeadLetters',
      example: { dead: [{ at: '2026-03-02T03:06:21.204Z', cursor: CURSOR, reason: 'refused', tries: 4 }] },
    },
    problems: { 404: MISSING },
  },
  'POST /v1/webhooks/{id}/test': {
    operationId: 'testWebhook',
    tag: 'webhooks',
    summary: 'Send a test to a receiver',
    description: `Sends an event of the type \`webhook-test\` at once, once, and says what came of it. ${NEEDS}`,
    parameters: [ID],
    ok: {
      description: 'What came of it, a failure too',
      mediaType: JSON_TYPE,
      component: 'WebhookResult',
      example: RESULT,
    },
    problems: { 404: MISSING },
  },
  'POST /v1/webhooks/{id}/replay': {
    operationId: 'replayWebhook',
    tag: 'webhooks',
    summary: 'Send events to a receiver again',
    description: `Sends events of the log again, in order, with the \`webhook-id\` that they had. It ends at the first event that the receiver does not take, and after 20 seconds: \`cursor\` says where to go on, and is null when all is sent. ${NEEDS}`,
    parameters: [ID],
    body: { component: 'WebhookReplay', example: { since: '2026-03-02T03:00:00Z' } },
    ok: {
      description: 'What was sent',
      mediaType: JSON_TYPE,
      component: 'WebhookReplayed',
      example: { delivered: 118, cursor: null, last: RESULT },
    },
    problems: { 404: MISSING, 410: 'The log does not hold these events any more; `reason` says why' },
  },
  'POST /v1/webhooks/{id}/resume': {
    operationId: 'resumeWebhook',
    tag: 'webhooks',
    summary: 'Resume a receiver that is paused or disabled',
    description: `It is active again within a few seconds, and gets everything since its \`cursor\` that is not too old. Of another receiver it changes nothing. ${NEEDS}`,
    parameters: [ID],
    ok: {
      description: 'It will be resumed',
      mediaType: JSON_TYPE,
      component: 'WebhookResumed',
      example: { id: 'crm' },
    },
    problems: { 404: MISSING },
  },
};
