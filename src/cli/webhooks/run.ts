import type { Secret } from '../../config/secrets/secret.js';
import { type CommandResult } from '../command-result.js';
import type { VerifyRequest, WebhooksRequest } from './arguments.js';
import type { BridgeClient } from './bridge.js';
import { readSavedRequest } from './saved-request.js';
import { attemptsText, deadText, listText, resultText } from './text.js';
import { type OtherSecret, verdictOf } from './verify.js';

/** What the command has beside its arguments. */
export interface WebhooksDeps {
  /** For the webhooks of that tenant. */
  readonly bridge: (request: Exclude<WebhooksRequest, VerifyRequest>) => CommandResult<BridgeClient>;
  /** The secrets that `verify` tries. */
  readonly secrets: (request: VerifyRequest) => CommandResult<KnownSecrets>;
  /** Undefined: standard input. */
  readonly readBytes: (file: string | undefined) => Promise<CommandResult<Buffer>>;
  /** What is said while it goes on. */
  readonly progress: (line: string) => void;
  readonly now: () => number;
}

export interface KnownSecrets {
  readonly secrets: readonly Secret[];
  readonly others: readonly OtherSecret[];
}

/** `isRight`: what the exit code says. A test that was not delivered is not. */
export interface Printed {
  readonly text: string;
  readonly isRight: boolean;
}

export async function runWebhooks(
  request: WebhooksRequest,
  deps: WebhooksDeps,
): Promise<CommandResult<Printed>> {
  if (request.action === 'verify') return verify(request, deps);
  const bridge = deps.bridge(request);
  if (!bridge.ok) return bridge;
  const { isJson } = request;
  const shown =
    <Body extends object>(textOf: (body: Body) => string, isRight: (body: Body) => boolean = () => true) =>
    (body: Body): Printed => ({ text: isJson ? JSON.stringify(body) : textOf(body), isRight: isRight(body) });
  const get = async <Body extends object>(
    path: string,
    print: (body: Body) => Printed,
    method: 'GET' | 'POST' = 'GET',
  ) => mapped(await bridge.value.ask<Body>(method, path), print);
  switch (request.action) {
    case 'list':
      return get(
        '',
        shown(({ webhooks }: { webhooks: Parameters<typeof listText>[0] }) => listText(webhooks)),
      );
    case 'attempts':
      return get(
        `/${request.id}/attempts`,
        shown(({ attempts }: { attempts: Parameters<typeof attemptsText>[0] }) => attemptsText(attempts)),
      );
    case 'dead':
      return get(
        `/${request.id}/dead`,
        shown(({ dead }: { dead: Parameters<typeof deadText>[0] }) => deadText(dead)),
      );
    case 'test':
      return get(
        `/${request.id}/test`,
        shown(resultText, ({ outcome }) => outcome === 'delivered'),
        'POST',
      );
    case 'resume':
      return get(
        `/${request.id}/resume`,
        shown(({ id }: { id: string }) => `${id} will go on within a few seconds`),
        'POST',
      );
    case 'replay':
      return replay(request, bridge.value, deps);
  }
}

interface Replayed {
  readonly delivered: number;
  readonly cursor: string | null;
  readonly last: Parameters<typeof resultText>[0] | null;
}

/** From request to request until all is sent, or the receiver does not take one. */
async function replay(
  { id, what, isJson }: Extract<WebhooksRequest, { action: 'replay' }>,
  bridge: BridgeClient,
  { progress }: Pick<WebhooksDeps, 'progress'>,
): Promise<CommandResult<Printed>> {
  let delivered = 0;
  for (let next: object = what; ;) {
    const answer = await bridge.ask<Replayed>('POST', `/${id}/replay`, next);
    if (!answer.ok) {
      const rest =
        'after' in next && delivered > 0
          ? `; ${delivered} are delivered: go on with ${goOn(id, String(next.after))}`
          : '';
      return { ok: false, problem: `${answer.problem}${rest}` };
    }
    const { cursor, last } = answer.value;
    delivered += answer.value.delivered;
    const isFailure = cursor !== null && last !== null && last.outcome !== 'delivered';
    if (cursor === null || isFailure) {
      const text = isFailure
        ? `${delivered} delivered, then ${resultText(last)}\ngo on with: ${goOn(id, cursor)}`
        : `${delivered} delivered`;
      return {
        ok: true,
        value: { text: isJson ? JSON.stringify({ delivered, cursor, last }) : text, isRight: !isFailure },
      };
    }
    progress(`${delivered} delivered …`);
    next = { after: cursor };
  }
}

function goOn(id: string, cursor: string): string {
  return `npm run webhooks -- replay ${id} --after ${cursor}`;
}

async function verify(request: VerifyRequest, deps: WebhooksDeps): Promise<CommandResult<Printed>> {
  const known = deps.secrets(request);
  if (!known.ok) return known;
  const bytes = await deps.readBytes(request.request);
  if (!bytes.ok) return bytes;
  const body = request.body === undefined ? null : await deps.readBytes(request.body);
  if (body?.ok === false) return body;
  const saved = readSavedRequest(bytes.value, body?.value ?? null);
  if (!saved.ok) return saved;
  const { isRight, lines } = verdictOf(saved.value, { ...known.value, at: request.at, now: deps.now() });
  return { ok: true, value: { isRight, text: lines.join('\n') } };
}

function mapped<A, B>(result: CommandResult<A>, map: (value: A) => B): CommandResult<B> {
  return result.ok ? { ok: true, value: map(result.value) } : result;
}
