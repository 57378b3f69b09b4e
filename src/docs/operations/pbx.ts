import type { Examples } from '../examples.js';
import { JSON_TYPE, type Operations } from '../operation.js';

export function pbxOperations({ events, snapshot: { sources } }: Examples): Operations {
  return {
    'GET /v1/extensions/{id}/registration': {
      operationId: 'getRegistration',
      tag: 'pbx',
      summary: 'Whether an extension is registered',
      description:
        'Answered from what the bridge knows while that is fresh (`WATCH_EXTENSIONS`); otherwise the bridge asks the PBX. `checkedAt` says when the PBX answered. Requests at the same time share one question to the PBX.',
      parameters: [
        {
          name: 'id',
          in: 'path',
          description: 'The extension, by number or uuid',
          schema: { type: 'string' },
          example: '107',
        },
      ],
      ok: {
        description: 'The registration',
        mediaType: JSON_TYPE,
        component: 'Registration',
        example: { extension: '107', registered: true, checkedAt: events['extension-registered'].time },
      },
      problems: {
        404: 'The PBX has no such extension, `id` is neither a number (1 to 15 digits) nor a uuid, or the token may not see it',
        429: 'Too many questions about extensions are under way',
        502: 'The PBX did not answer properly',
      },
    },
    'GET /v1/sources': {
      operationId: 'listSources',
      tag: 'pbx',
      summary: 'Whether the PBX is being observed',
      description:
        'The state of each polled endpoint: `down` means that what happens there is not observed at the moment, and `degraded` that it is not observed completely; `lastCompleteAt` says when it was last observed completely. `direction` says how the direction in the monitor’s rows is read.',
      ok: {
        description: 'The endpoints',
        mediaType: JSON_TYPE,
        component: 'Sources',
        example: { sources, direction: { meaning: 'call', source: 'learnt' } },
      },
    },
  };
}
