import { clockText } from '../data/duration.js';
import { isStopped, type Result, standingOf, type Webhook } from '../data/webhooks.js';
import { dayText } from '../i18n/i18n.js';
import { webhookWords } from '../i18n/webhook-i18n.js';
import type { Said, Webhooks } from '../state/webhooks.js';
import { Attempts, DeadLetters } from './webhook-attempts.js';
import { ReplaySince } from './webhook-replay.js';

/** The colours and shapes of other states that mean the same to people. */
const PHASES: Readonly<Record<ReturnType<typeof standingOf>, string>> = {
  active: 'up',
  behind: 'degraded',
  failing: 'down',
  paused: 'waiting',
  disabled: 'unknown',
};

/** One endpoint. */
export function WebhookCard({
  webhook,
  webhooks,
}: {
  readonly webhook: Webhook;
  readonly webhooks: Webhooks;
}) {
  const hooks = webhookWords();
  const { id, url, state, lagEvents, lagMs, lastError, lastDeliveredAt } = webhook;
  const standing = standingOf(webhook);
  const isOpen = webhooks.opened.value === id;
  const said = webhooks.said.value.get(id);
  const isBusy = said?.kind === 'asking' || said?.kind === 'replaying';
  return (
    <section class="panel webhook" data-webhook={id} data-state={state} aria-labelledby={`webhook-${id}`}>
      <div class="panel-head">
        <h2 id={`webhook-${id}`}>{id}</h2>
        <span class="badge" data-phase={PHASES[standing]}>
          {hooks.states[standing]}
        </span>
      </div>
      <code class="address">{url}</code>
      {isStopped(webhook) && <p class="hint">{hooks.stoppedHint}</p>}
      <dl>
        <div>
          <dt>{hooks.lag}</dt>
          <dd data-lag={lagEvents}>
            {lagEvents === 0 ? hooks.noLag : hooks.lagOf(lagEvents, clockText(lagMs))}
          </dd>
        </div>
        <div>
          <dt>{hooks.lastDelivered}</dt>
          <dd>
            {lastDeliveredAt === null ? hooks.never : <time>{dayText(Date.parse(lastDeliveredAt))}</time>}
          </dd>
        </div>
        {lastError !== null && (
          <div class="wide">
            <dt>{hooks.lastError}</dt>
            <dd>
              <code>{lastError}</code>
            </dd>
          </div>
        )}
      </dl>
      <div class="actions">
        <Action words={hooks.sendTest} id={id} isBusy={isBusy} run={() => webhooks.test(id)} />
        {isStopped(webhook) && (
          <Action words={hooks.resume} id={id} isBusy={isBusy} run={() => webhooks.resume(id)} />
        )}
        <button
          type="button"
          class="opens"
          aria-expanded={isOpen}
          aria-label={hooks.ofEndpoint(isOpen ? hooks.hideAttempts : hooks.showAttempts, id)}
          onClick={() => webhooks.open(isOpen ? null : id)}
        >
          {isOpen ? hooks.hideAttempts : hooks.showAttempts}
        </button>
        {said?.kind === 'replaying' && (
          <button
            type="button"
            aria-label={hooks.ofEndpoint(hooks.stop, id)}
            onClick={() => webhooks.stop(id)}
          >
            {hooks.stop}
          </button>
        )}
      </div>
      <p class="said" role="status" data-said={said?.kind}>
        {said !== undefined && textOf(said)}
      </p>
      {isOpen && (
        <>
          <ReplaySince id={id} isBusy={isBusy} replay={(since) => void webhooks.replay(id, { since })} />
          <Attempts id={id} webhooks={webhooks} isBusy={isBusy} />
          <DeadLetters id={id} webhooks={webhooks} isBusy={isBusy} />
        </>
      )}
    </section>
  );
}

/** Remains where it is while the bridge is asked, so that it keeps the focus. */
function Action({
  words,
  id,
  isBusy,
  run,
}: {
  readonly words: string;
  readonly id: string;
  readonly isBusy: boolean;
  readonly run: () => Promise<void>;
}) {
  return (
    <button
      type="button"
      class="primary"
      aria-disabled={isBusy}
      aria-label={webhookWords().ofEndpoint(words, id)}
      onClick={() => void (isBusy ? undefined : run())}
    >
      {words}
    </button>
  );
}

function textOf(said: Said): string {
  const hooks = webhookWords();
  switch (said.kind) {
    case 'asking':
      return hooks.asking;
    case 'tested': {
      const { result } = said;
      const text = hooks.tested(
        hooks.outcomes[result.outcome],
        String(result.status ?? hooks.noAnswer),
        result.tookMs,
      );
      return result.error === null ? text : `${text}: ${result.error}`;
    }
    case 'replaying':
      return hooks.replaying(said.delivered);
    case 'replayed':
      return said.failure === null
        ? hooks.replayed(said.delivered)
        : hooks.replayFailed(said.delivered, reasonOf(said.failure));
    case 'stopped':
      return hooks.replayStopped(said.delivered);
    case 'resumed':
      return hooks.resumed;
    case 'problem':
      return said.detail === null ? hooks.problem : `${hooks.problem}: ${said.detail}`;
  }
}

function reasonOf({ outcome, error }: Result): string {
  return error ?? webhookWords().outcomes[outcome];
}
