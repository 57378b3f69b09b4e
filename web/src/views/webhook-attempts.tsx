import type { ComponentChildren } from 'preact';
import { type Attempt, keyed, type Outcome } from '../data/webhooks.js';
import { dayText } from '../i18n/i18n.js';
import { webhookWords } from '../i18n/webhook-i18n.js';
import type { Webhooks } from '../state/webhooks.js';

interface Shown {
  readonly id: string;
  readonly webhooks: Webhooks;
  readonly isBusy: boolean;
}

const PHASES: Readonly<Record<Outcome, string>> = {
  delivered: 'up',
  'endpoint-failed': 'down',
  'event-failed': 'waiting',
  gone: 'unknown',
};

/** The last requests to the endpoint, the newest first; those of an event can be sent again. */
export function Attempts({ id, webhooks, isBusy }: Shown) {
  const hooks = webhookWords();
  const attempts = webhooks.attempts.value;
  if (attempts === null) return <p role="status">{hooks.reading}</p>;
  if (attempts.length === 0) return <p class="empty">{hooks.noAttempts}</p>;
  return (
    <Table
      name="attempts"
      title={hooks.attempts}
      heads={[hooks.at, hooks.what, hooks.came, hooks.status, hooks.took, hooks.answer, hooks.action]}
    >
      {keyed(attempts, nameOf).map(({ key, item: { at, kind, outcome, status, tookMs, error, cursor } }) => (
        <tr key={key} data-outcome={outcome} data-kind={kind}>
          <th scope="row">
            <time>{dayText(Date.parse(at))}</time>
          </th>
          <td>{hooks.kinds[kind]}</td>
          <td>
            <span class="badge" data-phase={PHASES[outcome]}>
              {hooks.outcomes[outcome]}
            </span>
          </td>
          <td class="number">{status ?? hooks.noAnswer}</td>
          <td class="number">{tookMs}</td>
          <td>{error !== null && <code>{error}</code>}</td>
          <td>{cursor !== null && <Redeliver {...{ id, webhooks, isBusy, cursor, at }} />}</td>
        </tr>
      ))}
    </Table>
  );
}

function nameOf({ id, kind }: Attempt): string {
  return `${kind} ${id}`;
}

/** The events that the endpoint never got. */
export function DeadLetters({ id, webhooks, isBusy }: Shown) {
  const hooks = webhookWords();
  const dead = webhooks.dead.value;
  if (dead.length === 0) return null;
  return (
    <Table name="dead" title={hooks.dead} heads={[hooks.at, hooks.reason, hooks.tries, hooks.action]}>
      {keyed(dead, ({ cursor }) => cursor).map(({ key, item: { at, cursor, reason, tries } }) => (
        <tr key={key}>
          <th scope="row">
            <time>{dayText(Date.parse(at))}</time>
          </th>
          <td>{hooks.deadReasons[reason]}</td>
          <td class="number">{tries}</td>
          <td>
            <Redeliver {...{ id, webhooks, isBusy, cursor, at }} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

function Table({
  name,
  title,
  heads,
  children,
}: {
  readonly name: string;
  readonly title: string;
  readonly heads: readonly string[];
  readonly children: ComponentChildren;
}) {
  return (
    <>
      <h3 id={`${name}-title`}>{title}</h3>
      {/* With a stop for the keyboard, so that it can be scrolled by it. */}
      <div class="scroll" tabIndex={0} role="region" aria-labelledby={`${name}-title`}>
        <table class={name} aria-labelledby={`${name}-title`}>
          <thead>
            <tr>
              {heads.map((head) => (
                <th key={head} scope="col">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>{children}</tbody>
        </table>
      </div>
    </>
  );
}

function Redeliver({
  id,
  webhooks,
  isBusy,
  cursor,
  at,
}: Shown & { readonly cursor: string; readonly at: string }) {
  const hooks = webhookWords();
  return (
    <button
      type="button"
      aria-disabled={isBusy}
      aria-label={hooks.ofTime(hooks.redeliver, dayText(Date.parse(at)))}
      onClick={() => void (isBusy ? undefined : webhooks.replay(id, { only: cursor }))}
    >
      {hooks.redeliver}
    </button>
  );
}
