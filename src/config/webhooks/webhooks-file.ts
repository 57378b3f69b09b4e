import { dirname } from 'node:path';
import { z } from 'zod';
import type { ReadText } from '../secrets/read-text.js';
import { readContents } from '../settings/document-reader.js';
import { EndpointsShape } from './endpoint-shape.js';
import { readEndpoints } from './endpoints-reader.js';
import type { WebhookEndpoint } from './webhook-endpoint.js';

/**
 * The file that `WEBHOOKS_FILE` names: the webhooks of the single tenant, in YAML or JSON.
 *
 *     endpoints:
 *       - id: crm
 *         url: https://crm.example/hooks/pitel
 *         secretFile: secrets/crm
 *
 * Guarantees: as those of the tenants' file: a file with a problem is refused as a whole, with all problems; they name the place
 * (`endpoints[0].url`) and never repeat a value.
 */
export type WebhooksFileResult =
  | {
      readonly ok: true;
      readonly endpoints: readonly WebhookEndpoint[];
      /** Environment variables that the file refers to, which are therefore no typos. */
      readonly variables: readonly string[];
    }
  | { readonly ok: false; readonly problems: readonly string[] };

const Contents = z.strictObject(
  { endpoints: EndpointsShape },
  { error: 'must hold an object with the one field endpoints' },
);

export interface WebhooksFileSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readText: ReadText;
  /** The tenant's. */
  readonly timeZone: string;
}

export function readWebhooksFile(
  path: string,
  { env, readText, timeZone }: WebhooksFileSurroundings,
): WebhooksFileResult {
  const contents = readContents(path, readText, Contents);
  if (!contents.ok) return contents;
  const { endpoints, problems, variables } = readEndpoints(
    contents.value.endpoints,
    { env, readText, folder: dirname(path) },
    timeZone,
  );
  return problems.length === 0
    ? { ok: true, endpoints, variables }
    : { ok: false, problems: problems.map((problem) => `endpoints${problem}`) };
}
