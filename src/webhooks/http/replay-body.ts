import { z } from 'zod';
import { parseCursor } from '../../core/model/position.js';
import { Refusal } from '../../deliver/access/refusal.js';
import type { ReplayOf } from '../webhooks-control.js';

const cursor = z.string().refine((text) => parseCursor(text) !== null);

const replayBody = z.union([
  z.strictObject({
    since: z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
  }),
  z.strictObject({ after: cursor }),
  z.strictObject({ only: cursor }),
]);

/** Fixed words: what was sent may be anything. */
const MUST =
  'the body must be a JSON object with one of since (an instant as in RFC 3339, such as 2026-03-02T03:00:00Z), after (a cursor) and only (the cursor of one event)';

/** @throws Refusal `bad-request`, which says what the body must be */
export function parseReplayBody(body: unknown): ReplayOf {
  const parsed = replayBody.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new Refusal('bad-request', MUST);
}
