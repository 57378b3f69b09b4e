import { z } from 'zod';
import { timeZone } from '../settings/formats.js';
import { NOTICE_LANGUAGES } from './notices.js';
import { LIST_FIELDS } from './template-fields.js';

/**
 * A template as the configuration writes it; `template-reader.ts` reads its texts. With `requests` several, of which the first
 * that fits an event is sent; with the fields of one request itself, that one.
 *
 *     template:
 *       types: [call-ended]
 *       query: { number: "{customer.raw}", status: "{outcome}" }
 */
const TEXT = z.string({ error: 'must be a text' });
const NAME = TEXT.trim().min(1, { error: 'must not be empty' });
const texts = z
  .union([TEXT, z.array(TEXT).min(1)], { error: 'must be a text, or a list of texts' })
  .transform((given): readonly string[] => (typeof given === 'string' ? [given] : given));

const onlyFields =
  (fields: readonly string[]) =>
  (issue: { readonly code?: string | undefined }): string =>
    issue.code === 'unrecognized_keys'
      ? `may have no other fields than ${fields.join(', ')}`
      : 'must be an object';

const record = <Of extends z.ZodType>(of: Of) => z.record(z.string(), of, { error: 'must be an object' });

const EACH_FIELDS = ['each', 'where', 'value'] as const;
export const EachShape = z.strictObject(
  {
    each: z.enum(Object.keys(LIST_FIELDS) as [keyof typeof LIST_FIELDS], {
      error: `must be one of ${Object.keys(LIST_FIELDS).join(', ')}`,
    }),
    where: record(texts).optional(),
    value: z.unknown(),
  },
  { error: onlyFields(EACH_FIELDS) },
);

const METHODS = ['GET', 'POST', 'PUT'] as const;
const REQUEST = {
  types: z
    .array(TEXT, { error: 'must be a list' })
    .min(1, { error: 'must not be empty' })
    .meta({ description: 'The types of events for which this request is sent; all when left out' })
    .optional(),
  when: record(texts)
    .meta({ description: 'Fields, and the values that they must have: direction: inbound' })
    .optional(),
  needs: z
    .array(TEXT, { error: 'must be a list' })
    .meta({ description: 'Fields that must have a value' })
    .optional(),
  method: z
    .enum(METHODS, { error: `must be one of ${METHODS.join(', ')}` })
    .meta({ description: 'GET when left out, and POST with form or body' })
    .optional(),
  path: TEXT.regex(/^\//, { error: 'must begin with /' })
    .meta({ description: "Added to the path of the endpoint's url" })
    .optional(),
  query: record(z.unknown()).meta({ description: "Added to the query of the endpoint's url" }).optional(),
  form: record(z.unknown()).meta({ description: 'Sent as application/x-www-form-urlencoded' }).optional(),
  body: z.unknown().meta({ description: 'Sent as JSON' }).optional(),
};
const REQUEST_FIELDS = Object.keys(REQUEST);
const RequestShape = z.strictObject(REQUEST, { error: onlyFields(REQUEST_FIELDS) });
export type RequestRow = z.output<typeof RequestShape>;

const COMMON = {
  name: NAME.meta({
    description: 'One that comes with the bridge: getfly, bizfly, generic, telegram, slack or notice',
  }).optional(),
  values: record(TEXT).meta({ description: 'What {$name} stands for' }).optional(),
  valuesEnv: record(NAME)
    .meta({ description: 'The same, each by the environment variable that holds it' })
    .optional(),
  valuesFile: record(NAME)
    .meta({ description: 'The same, each by the file that holds it and nothing else, relative to this file' })
    .optional(),
  time: TEXT.meta({
    description:
      'How times are written: rfc3339 (when left out), seconds, milliseconds, or a pattern such as yyyy-MM-dd HH:mm:ss',
  }).optional(),
  timeZone: TEXT.refine((zone) => timeZone(zone) !== undefined, {
    error: 'must be a time zone by name, such as Asia/Ho_Chi_Minh',
  })
    .meta({ description: "The zone of times by a pattern; the tenant's when left out" })
    .optional(),
  language: z
    .enum(NOTICE_LANGUAGES, { error: `must be one of ${NOTICE_LANGUAGES.join(', ')}` })
    .meta({ description: 'Of telegram, slack and notice: Vietnamese when left out' })
    .optional(),
  words: record(record(TEXT))
    .meta({ description: 'By field, what is sent instead of its values' })
    .optional(),
};
const SEVERAL = {
  requests: z
    .array(RequestShape, { error: 'must be a list' })
    .min(1, { error: 'must not be empty' })
    .max(50, { error: 'must have at most 50 requests' })
    .meta({ description: 'Several requests, of which the first that fits an event is sent' })
    .optional(),
};
const TEMPLATE_KEYS = [...Object.keys(COMMON), ...Object.keys(SEVERAL), ...REQUEST_FIELDS];
export const TemplateShape = z.strictObject(
  { ...COMMON, ...SEVERAL, ...REQUEST },
  {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `may have no other fields than ${TEMPLATE_KEYS.join(', ')}`
        : 'must be the name of a template, or an object',
  },
);
export type TemplateRow = z.output<typeof TemplateShape>;

/** The fields of one request that are written in the template itself. */
export function ownRequest(row: TemplateRow): RequestRow | null {
  const own = Object.entries(row).filter(([name]) => REQUEST_FIELDS.includes(name));
  return own.length === 0 ? null : Object.fromEntries(own);
}
