import type { CallView } from '@pitel-event-bridge/client';
import { phaseOf } from '../data/call-list.js';
import type { EndedCall } from '../data/ended-call.js';
import { talkedOf } from '../data/participants.js';
import { callWords } from '../i18n/call-i18n.js';
import { durationText, words } from '../i18n/i18n.js';
import { queueName } from '../state/queue-names.js';
import { participantText } from './customer-text.js';
import { Timer } from './timer.js';

/** The colours and shapes of other states that mean the same to people. */
const PHASES: Readonly<Record<string, string>> = { answered: 'up', abandoned: 'down' };
const LIVE = { queued: 'waiting', ringing: 'ringing', answered: 'talking' } as const;

/** What became of the call, or what it does now, in one line. */
export function CallHappened({ view }: { readonly view: CallView | EndedCall }) {
  const said = words();
  const { state, outcome, startedAt, answeredAt } = view;
  if (state !== 'ended')
    return (
      <p class="happened">
        <span class="badge" data-phase={LIVE[state]}>
          {said.callPart[state]}
        </span>{' '}
        {liveText(view)} ·{' '}
        <Timer
          since={Date.parse(answeredAt ?? startedAt)}
          of={phaseOf(view) === 'waiting' ? 'queues' : 'calls'}
        />
      </p>
    );
  return (
    <p class="happened">
      <span class="badge" data-phase={PHASES[outcome ?? ''] ?? 'unknown'}>
        {said.outcomes[outcome ?? 'unknown'] ?? outcome}
      </span>{' '}
      {endText(view)}
    </p>
  );
}

function liveText(view: CallView): string {
  const call = callWords();
  const { state, direction, queue, agent, extensions } = view;
  if (state === 'answered') return call.talksTo(names(view) ?? agent?.name ?? words().unknown);
  if (direction === 'outbound' && agent !== null)
    return call.dials([agent.extension, agent.name].filter(Boolean).join(' '));
  const ringing = extensions.filter((each) => each.state === 'ringing');
  if (ringing.length > MOST_NAMED) return call.ringsAt(call.extensionCount(ringing.length));
  if (ringing.length > 0) return call.ringsAt(ringing.map(({ extension }) => extension).join(', '));
  return queue === null ? '' : call.waitsIn(queueName(queue.name));
}

function endText(view: CallView | EndedCall): string {
  const call = callWords();
  const { outcome, direction, waitMs, talkMs, queue } = view;
  const wait = waitMs === null ? null : durationText(waitMs);
  switch (outcome) {
    case 'answered':
      return call[direction === 'outbound' ? 'customerAnswered' : 'wasAnswered'](
        names(view),
        wait,
        talkMs === null ? null : durationText(talkMs),
      );
    case 'abandoned':
      return call.wasAbandoned(wait, queue === null ? null : queueName(queue.name));
    case 'no-answer':
      return call.wasNotAnswered;
    default:
      return call.endNotKnown;
  }
}

function names(view: CallView | EndedCall): string | null {
  const talked = talkedOf(view);
  // Both sides of a local call talk: its title names them.
  if (talked.length === 0 || view.direction === 'local') return null;
  return talked.map(participantText).join(', ');
}

const MOST_NAMED = 3;
