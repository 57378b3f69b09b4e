import { z } from 'zod';

/**
 * The pieces that events, snapshots and HTTP bodies are made of.
 *
 * The published JSON Schemas, the OpenAPI and AsyncAPI documents and the check of emitted events are all made from these,
 * and `types.spec.ts` keeps them equal to the types of `core`. A piece with an `id` is a named schema in the documents.
 * Published schemas allow fields that they do not name, because fields are only ever added. An enum has a title, by which
 * generated clients name its type: the same for the same values wherever they occur.
 */

/** RFC 3339 in UTC with milliseconds. There is only this one spelling, so that instants sort as text. */
export const instant = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  .meta({ format: 'date-time' });

export const durationMs = z.int().min(0).describe('Milliseconds');

export const cursor = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}:\d{1,16}$/)
  .describe('A position in the event log: `<epoch>:<sequence>`');

export const tenant = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/)
  .describe('The Pitel account. Data of one tenant never reaches another');

export const endpoint = z
  .enum(['monitor', 'queue'])
  .meta({ title: 'Endpoint', description: 'A polled upstream address' });

export const phoneNumber = z
  .object({
    raw: z
      .string()
      .describe('As the PBX wrote it; with `masked` what is shown of the number, such as `0905 *** 222`'),
    e164: z
      .string()
      .regex(/^\+\d+$/)
      .nullable()
      .describe(
        'E.164 with `+`; null if that is not certain, as for hotlines, extensions and `anonymous`, and with `masked`',
      ),
    national: z.string().nullable().describe("In the national form of the tenant's country"),
    masked: z
      .literal(true)
      .exactOptional()
      .describe(
        'The token does not show whole numbers: `raw` and `national` are what is left of it. Absent otherwise',
      ),
  })
  .meta({ id: 'PhoneNumber', description: 'A telephone number' });

export const observed = z
  .object({
    earliest: instant
      .nullable()
      .describe(
        'The time of the last observation in which it had not happened; null if there is none. With `upstream`, the time that the PBX gave. Of what the monitor shows, earlier by `MONITOR_LAG_MS`, since its rows trail the PBX',
      ),
    latest: instant.describe(
      'The time of the first observation in which it had happened. With `upstream`, a second after the time that the PBX gave, if that is earlier',
    ),
    certainty: z
      .enum(['upstream', 'observed', 'inferred'])
      .meta({ title: 'Certainty' })
      .describe(
        '`upstream`: the PBX gave the time. `observed`: the time lies between `earliest` and `latest`. `inferred`: it was deduced, not seen',
      ),
    precisionMs: z
      .int()
      .min(0)
      .exactOptional()
      .describe('With `upstream`: how exact the PBX’s time is, which counts whole seconds. Absent otherwise'),
  })
  .meta({ id: 'Observed', description: 'How exact `time` is: the bridge sees the PBX only at its polls' });

export const agent = z
  .object({
    id: z.string().nullable(),
    name: z.string().nullable(),
    username: z.string().nullable(),
    extension: z.string().nullable(),
  })
  .meta({ id: 'Agent', description: 'An agent who is talking, or whose extension is ringing' });

export const queue = z
  .object({ id: z.string().describe("The queue's uuid"), name: z.string() })
  .meta({ id: 'Queue', description: 'The queue that the caller is in, or was in last' });

export const extensionView = z
  .object({
    extension: z.string(),
    extensionId: z.string().nullable(),
    agentName: z.string().nullable(),
    state: z
      .enum(['ringing', 'answered', 'ended'])
      .meta({ title: 'ExtensionState' })
      .describe('`ended`: the extension had a part in the call and has none now'),
  })
  .meta({ id: 'Extension', description: 'One extension that has, or had, a part in the call' });

export const outcome = z
  .enum(['answered', 'abandoned', 'no-answer', 'unknown'])
  .meta({ title: 'CallOutcome' })
  .describe('How the call ended');

export const offerOutcome = z
  .enum(['answered', 'answered-elsewhere', 'not-answered', 'caller-left'])
  .meta({ title: 'OfferOutcome' })
  .describe('How the ringing at this extension ended');

export const offer = z
  .object({
    extension: z.string().describe('The extension that rings'),
    extensionId: z.string().nullable(),
    outcome: offerOutcome.nullable(),
  })
  .meta({ id: 'Offer', description: 'One ringing of one extension: the one that this event is about' });

export const transferredFrom = z
  .object({ extension: z.string() })
  .meta({ id: 'TransferredFrom', description: 'The extension that had the call before' });
