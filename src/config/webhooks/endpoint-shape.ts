import { z } from 'zod';
import { isNetwork } from '../../base/public-address.js';
import { EVENT_TYPES } from '../../core/model/event.js';
import { extensionId, tenantId } from '../settings/formats.js';
import { SHIPPED_TEMPLATES } from './shipped-templates.js';
import { type TemplateRow, TemplateShape } from './template-shape.js';

/**
 * A webhook as the configuration writes it: an item of `webhooks` in the tenants' file, and of `endpoints` in the file that
 * `WEBHOOKS_FILE` names. `meta` is for the JSON schema, which cannot express all checks.
 */
const TEXT = z.string({ error: 'must be a text' });
const NAME = TEXT.trim().min(1, { error: 'must not be empty' });
const BOOLEAN = z.boolean({ error: 'must be true or false' });

const oneOrTwo = (description: string) => {
  const error = 'must be a text, or a list of one or two';
  return z
    .union([NAME, z.array(NAME, { error }).min(1, { error }).max(2, { error })], { error })
    .transform((given) => (typeof given === 'string' ? [given] : given))
    .meta({ description })
    .optional();
};

const list = <Of extends z.ZodType>(of: Of, description: string) =>
  z
    .array(of, { error: 'must be a list' })
    .min(1, { error: 'must not be empty: leave it out for all' })
    .meta({ description })
    .optional();

const named = (description: string) =>
  z.record(z.string(), NAME, { error: 'must be an object' }).meta({ description }).optional();

const TYPE = `must be one of ${EVENT_TYPES.join(', ')}`;
const AGE = { min: 1_000, max: 365 * 86_400_000 };
const AGE_EXPECTED = `must be a whole number from ${AGE.min} to ${AGE.max} milliseconds`;
const age = z
  .int({ error: AGE_EXPECTED })
  .min(AGE.min, { error: AGE_EXPECTED })
  .max(AGE.max, { error: AGE_EXPECTED });
const TIMEOUT = { min: 100, max: 60_000 };
const TIMEOUT_EXPECTED = `must be a whole number from ${TIMEOUT.min} to ${TIMEOUT.max} milliseconds`;
const RATE_EXPECTED = 'must be a number from 0.01 to 1000';

/** Without `$schema`, which only a whole document has. */
const TEMPLATE_SCHEMA = { ...z.toJSONSchema(TemplateShape, { io: 'input' }), $schema: undefined };

/** Not a union of zod's, which would name the place of no problem within. */
const template = z
  .unknown()
  .meta({
    description: 'For receivers that take no CloudEvents',
    anyOf: [{ type: 'string', enum: SHIPPED_TEMPLATES }, TEMPLATE_SCHEMA],
  })
  .transform((given, context): string | TemplateRow => {
    if (typeof given === 'string' && SHIPPED_TEMPLATES.includes(given)) return given;
    const parsed = TemplateShape.safeParse(given);
    if (parsed.success) return parsed.data;
    const message = `must be one of ${SHIPPED_TEMPLATES.join(', ')}, or an object`;
    if (typeof given !== 'object' || given === null) context.addIssue({ code: 'custom', message });
    else
      for (const { path, message } of parsed.error.issues)
        context.addIssue({ code: 'custom', path: [...path], message });
    return z.NEVER;
  });

const EndpointShape = z.strictObject(
  {
    id: TEXT.refine((id) => tenantId(id) !== undefined, {
      error: 'must be 1 to 63 lower-case letters, digits and hyphens, and not begin with a hyphen',
    }).meta({
      description:
        'Its name, under which its position in the log is kept. Changing it begins again with `from`.',
      pattern: '^[a-z0-9][a-z0-9-]{0,62}$',
    }),
    url: TEXT.meta({
      description: 'Where events are sent: https, without user, password and fragment',
    }).optional(),
    urlEnv: NAME.meta({ description: 'The environment variable that holds the url' }).optional(),
    urlFile: NAME.meta({
      description: 'The file that holds the url and nothing else; relative to this file',
    }).optional(),
    secret: oneOrTwo(
      'With which requests are signed: whsec_ and the base64 of 24 to 64 bytes; two during a rotation, of which each signs',
    ),
    secretEnv: oneOrTwo('The environment variable that holds the secret, or two of them'),
    secretFile: oneOrTwo(
      'The file that holds the secret and nothing else, or two of them; relative to this file',
    ),
    types: list(z.enum(EVENT_TYPES, { error: TYPE }), 'Types of events; all when left out'),
    extensions: list(
      TEXT.refine((text) => extensionId(text) !== undefined, { error: 'must be an extension such as 101' }),
      'Only calls of these extensions, or of `queues`; all when both are left out',
    ),
    queues: list(NAME, 'Only calls of these queues, by id or name, or of `extensions`'),
    maxAge: z
      .strictObject(
        {
          default: age.optional(),
          ...(Object.fromEntries(EVENT_TYPES.map((type) => [type, age.optional()])) as Record<
            (typeof EVENT_TYPES)[number],
            z.ZodOptional<typeof age>
          >),
        },
        {
          error: (issue) =>
            issue.code === 'unrecognized_keys'
              ? `may have no other fields than default, ${EVENT_TYPES.join(', ')}`
              : 'must be an object',
        },
      )
      .meta({
        description:
          'Milliseconds for which an event is worth delivering, by type; 60000 for call-offered and call-offer-ended and 259200000 (72 h) for the others when left out',
      })
      .optional(),
    headers: named('Headers that are added, such as those of a firewall'),
    headersEnv: named(
      'The same, each by the environment variable that holds its value: authorization: CRM_AUTH',
    ),
    headersFile: named('The same, each by the file that holds its value; relative to this file'),
    timeoutMs: z
      .int({ error: TIMEOUT_EXPECTED })
      .min(TIMEOUT.min, { error: TIMEOUT_EXPECTED })
      .max(TIMEOUT.max, { error: TIMEOUT_EXPECTED })
      .meta({ description: 'How long a request may take; 15000 when left out' })
      .optional(),
    ratePerSecond: z
      .number({ error: RATE_EXPECTED })
      .min(0.01, { error: RATE_EXPECTED })
      .max(1_000, { error: RATE_EXPECTED })
      .meta({ description: 'The most requests a second; as fast as the receiver answers when left out' })
      .optional(),
    from: NAME.meta({
      description:
        'Where a new endpoint begins: now (when left out), a cursor, or a time such as 2026-11-29T08:00:00+07:00',
    }).optional(),
    numbers: z
      .enum(['full', 'masked'], { error: 'must be full or masked' })
      .meta({
        description:
          'Whether customers’ telephone numbers are sent whole (when left out), or masked, as notices to a group need them',
      })
      .optional(),
    template: template.optional(),
    allowHttp: BOOLEAN.meta({
      description: 'Whether url may be http, which shows customers and numbers to the network',
    }).optional(),
    allowAddresses: list(
      TEXT.refine(isNetwork, { error: 'must be an address or a network such as 10.0.0.0/8' }),
      'Addresses and networks of receivers that are not public: 10.1.2.3, 192.168.0.0/16',
    ),
  },
  {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `may have no other fields than ${ENDPOINT_FIELDS.join(', ')}`
        : 'must be an object',
  },
);
export type EndpointRow = z.output<typeof EndpointShape>;

const ENDPOINT_FIELDS: readonly string[] = Object.keys(EndpointShape.shape);

/** As many as the bridge is built and tested for. */
const MOST_ENDPOINTS = 20;

/** The list of a tenant's webhooks. */
export const EndpointsShape = z
  .array(EndpointShape, { error: 'must be a list' })
  .max(MOST_ENDPOINTS, { error: `must have at most ${MOST_ENDPOINTS} endpoints` });
