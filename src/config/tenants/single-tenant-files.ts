import { deskRulesOf, type DeskTimes } from '../desk/desk-shape.js';
import { type DeskFileResult, readDeskFile } from '../desk/desk-file.js';
import type { ReadText } from '../secrets/read-text.js';
import { readWebhooksFile } from '../webhooks/webhooks-file.js';
import type { Environment, TenantConfig } from './tenant.js';
import type { TenantsFile } from './tenants-watch.js';

/** What the files of the single tenant say: its webhooks (`WEBHOOKS_FILE`) and its desk (`DESK_FILE`), each if it is named. */
export interface SingleTenantFiles {
  readonly webhooks: string | undefined;
  readonly desk: string | undefined;
}

export interface SingleTenantSurroundings {
  readonly env: Environment;
  readonly timeZone: string;
  readonly country: string;
  readonly deskTimes: DeskTimes;
  /** Of the environment. */
  readonly revokedTokens: readonly string[];
}

export type FilesOfTenant =
  | {
      readonly ok: true;
      readonly given: Pick<TenantConfig, 'webhooks' | 'desk' | 'revokedTokens'>;
      /** Environment variables that the files refer to, which are therefore no typos. */
      readonly variables: readonly string[];
    }
  /** Each begins with the variable that names the file. */
  | { readonly ok: false; readonly problems: readonly string[] };

export function readSingleTenantFiles(
  paths: SingleTenantFiles,
  { env, timeZone, country, deskTimes, revokedTokens }: SingleTenantSurroundings,
  readText: ReadText,
): FilesOfTenant {
  const webhooks =
    paths.webhooks === undefined
      ? NO_WEBHOOKS
      : readWebhooksFile(paths.webhooks, { env, readText, timeZone });
  const desk: DeskFileResult = paths.desk === undefined ? NO_DESK : readDeskFile(paths.desk, readText);
  if (webhooks.ok && desk.ok) {
    const given = {
      webhooks: webhooks.endpoints,
      desk: deskRulesOf(desk.fields, { timeZone, country }, deskTimes),
      revokedTokens: [...new Set([...revokedTokens, ...desk.revokedTokens])],
    };
    return { ok: true, given, variables: webhooks.variables };
  }
  return {
    ok: false,
    problems: [
      ...(webhooks.ok ? [] : webhooks.problems.map((problem) => `WEBHOOKS_FILE: ${problem}`)),
      ...(desk.ok ? [] : desk.problems.map((problem) => `DESK_FILE: ${problem}`)),
    ],
  };
}

const NO_WEBHOOKS = { ok: true, endpoints: [], variables: [] } as const;
const NO_DESK = { ok: true, fields: {}, revokedTokens: [] } as const;

/** The files, to be read again while the service runs; null where none is named. */
export function singleTenantFiles(
  paths: SingleTenantFiles,
  around: SingleTenantSurroundings,
  tenant: TenantConfig,
): TenantsFile | null {
  const { webhooks, desk } = paths;
  const path = webhooks ?? desk;
  if (path === undefined) return null;
  return {
    holds: webhooks === undefined ? 'desk' : desk === undefined ? 'webhooks' : 'webhooks and desk',
    path,
    read: (readText) => {
      const read = readSingleTenantFiles(paths, around, readText);
      if (!read.ok) return read;
      return { ok: true, tenants: [{ ...tenant, ...read.given }], variables: read.variables };
    },
  };
}
