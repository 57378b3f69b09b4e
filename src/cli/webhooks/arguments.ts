import { parseArgs } from 'node:util';
import { duration, tenantId } from '../../config/settings/formats.js';
import { parseCursor } from '../../core/model/position.js';
import type { CommandResult } from '../command-result.js';

/** What `npm run webhooks` is asked to do. */
export type WebhooksRequest =
  | (AtBridge & { readonly action: 'list' })
  | (AtBridge & { readonly action: 'test' | 'resume' | 'attempts' | 'dead'; readonly id: string })
  | (AtBridge & { readonly action: 'replay'; readonly id: string; readonly what: ReplayWhat })
  | VerifyRequest;

/** Asks the running bridge. */
export interface AtBridge {
  /** Undefined: where the configuration says that it listens. */
  readonly url: string | undefined;
  /** Undefined: the only one. */
  readonly tenant: string | undefined;
  readonly isJson: boolean;
}

type ReplayWhat = { readonly since: string } | { readonly after: string } | { readonly only: string };

/** Needs no bridge. */
export interface VerifyRequest {
  readonly action: 'verify';
  /** Of a configured webhook, whose secret is used; undefined: that of `WEBHOOK_SECRET`. */
  readonly id: string | undefined;
  readonly tenant: string | undefined;
  /** The file with the request; undefined: standard input. */
  readonly request: string | undefined;
  /** The file with the body, where the request's has only the headers. */
  readonly body: string | undefined;
  /** When it came, epoch milliseconds; undefined: that does not matter. */
  readonly at: number | undefined;
}

const USAGE = `usage: npm run webhooks -- COMMAND [--tenant TENANT] [--url http://127.0.0.1:3000] [--json]
  list                            every webhook, its state, and what it has not got yet
  attempts ID                     its last 200 requests
  dead ID                         the events that it never got
  test ID                         sends a test at once
  replay ID --since 2h            sends the events again since then: 30m, 2h, 3d, or 2026-03-02T10:00:00+07:00
  replay ID --after CURSOR        the events after a cursor
  replay ID --only CURSOR         one event
  resume ID                       resumes one that is paused or disabled
  verify [ID] [--request FILE] [--body FILE] [--at TIME]
                                  says whether the signature of a saved request is right, and if not, why
The token is BRIDGE_TOKEN, or one that is signed with the key in the configuration. For verify the secret is that of the
webhook ID in the configuration, or WEBHOOK_SECRET.`;

const COMMANDS = ['list', 'attempts', 'dead', 'test', 'replay', 'resume', 'verify'] as const;
type Command = (typeof COMMANDS)[number];

export function parseWebhooksArguments(argv: readonly string[], now: number): CommandResult<WebhooksRequest> {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        tenant: { type: 'string' },
        url: { type: 'string' },
        json: { type: 'boolean', default: false },
        since: { type: 'string' },
        after: { type: 'string' },
        only: { type: 'string' },
        request: { type: 'string' },
        body: { type: 'string' },
        at: { type: 'string' },
      },
    });
  } catch {
    return wrong('arguments not understood');
  }
  const { values, positionals } = parsed;
  const [name, id, ...others] = positionals;
  const command = COMMANDS.find((one) => one === name);
  if (command === undefined)
    return wrong(name === undefined ? 'a command is needed' : 'there is no such command');
  if (others.length > 0) return wrong('one webhook at a time');
  const strange = Object.keys(values).find((flag) => !FLAGS[command].includes(flag) && flag !== 'json');
  if (strange !== undefined) return wrong(`--${strange} means nothing for ${command}`);
  const { tenant, url } = values;
  if (tenant !== undefined && tenantId(tenant) === undefined)
    return wrong('--tenant must be 1 to 63 lower-case letters, digits and hyphens');
  if (command === 'verify') return verifying(id, values, now);
  if (url !== undefined && !/^https?:\/\/\S+$/.test(url))
    return wrong('--url must begin with http:// or https://');
  const bridge = { url, tenant, isJson: values.json };
  if (command === 'list')
    return id === undefined ? { ok: true, value: { action: command, ...bridge } } : wrong('list takes no id');
  // The same as the configuration's, so that nothing else gets into an address.
  if (id === undefined || tenantId(id) === undefined) return wrong(`${command} needs the id of a webhook`);
  if (command !== 'replay') return { ok: true, value: { action: command, id, ...bridge } };
  const what = replayOf(values, now);
  return what.ok ? { ok: true, value: { action: command, id, what: what.value, ...bridge } } : what;
}

const BRIDGE = ['tenant', 'url'];
const FLAGS: Readonly<Record<Command, readonly string[]>> = {
  list: BRIDGE,
  attempts: BRIDGE,
  dead: BRIDGE,
  test: BRIDGE,
  resume: BRIDGE,
  replay: [...BRIDGE, 'since', 'after', 'only'],
  verify: ['tenant', 'request', 'body', 'at'],
};

function replayOf(
  { since, after, only }: { readonly since?: string; readonly after?: string; readonly only?: string },
  now: number,
): CommandResult<ReplayWhat> {
  if ([since, after, only].filter((one) => one !== undefined).length !== 1)
    return wrong('replay needs one of --since, --after and --only');
  if (since !== undefined) {
    const at = instant(since, now);
    return at === undefined
      ? wrong('--since must be a time such as 2h or 2026-03-02T10:00:00+07:00')
      : { ok: true, value: { since: new Date(at).toISOString() } };
  }
  const cursor = after ?? only!;
  if (parseCursor(cursor) === null)
    return wrong(`--${after === undefined ? 'only' : 'after'} must be a cursor`);
  return { ok: true, value: after === undefined ? { only: cursor } : { after } };
}

function verifying(
  id: string | undefined,
  {
    tenant,
    request,
    body,
    at: text,
  }: { readonly tenant?: string; readonly request?: string; readonly body?: string; readonly at?: string },
  now: number,
): CommandResult<WebhooksRequest> {
  const at = text === undefined ? undefined : instant(text, now);
  if (text !== undefined && at === undefined)
    return wrong('--at must be a time such as 2h, for two hours ago, or 2026-03-02T10:00:00+07:00');
  return { ok: true, value: { action: 'verify', id, tenant, request, body, at } };
}

/** `2h` is two hours ago. */
function instant(text: string, now: number): number | undefined {
  const ago = duration(text);
  if (ago !== undefined) return now - ago;
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}

function wrong(problem: string): { readonly ok: false; readonly problem: string } {
  return { ok: false, problem: `${problem}\n${USAGE}` };
}
