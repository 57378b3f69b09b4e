import type { CallEvent } from '../../src/core/model/event.js';
import { type Run, storiesOf } from './right.js';

/** What holds of every case: the grammar of a call, and that no time lies outside its window. In one line each. */
export function brokenIn({ events, live }: Run): string[] {
  return storiesOf(events as readonly CallEvent[]).flatMap((story) => {
    const { subject } = story[0]!;
    const broken = [...brokenGrammar(story, live.includes(subject)), ...story.flatMap(brokenTimes)];
    return broken.map((what) => `${subject}: ${what}`);
  });
}

function brokenGrammar(story: readonly CallEvent[], isLive: boolean): string[] {
  const broken: string[] = [];
  const count = (type: CallEvent['type']) => story.filter((event) => event.type === type).length;
  const demand = (holds: boolean, what: string) => {
    if (!holds) broken.push(what);
  };
  demand(
    count('call-started') === 1 && story[0]!.type === 'call-started',
    'does not begin with one call-started',
  );
  demand(count('call-ended') === (isLive ? 0 : 1), `${count('call-ended')} call-ended`);
  demand(isLive || story.at(-1)!.type === 'call-ended', 'goes on after call-ended');
  demand(count('call-answered') + count('call-abandoned') <= 1, 'answered or abandoned more than once');
  const transferred = story.findIndex(({ type }) => type === 'call-transferred');
  const answered = story.findIndex(({ type }) => type === 'call-answered');
  demand(transferred < 0 || (answered >= 0 && answered < transferred), 'transferred before it was answered');
  const open = new Set<string>();
  for (const { type, data } of story) {
    const at = data.offer?.extension ?? '';
    if (type === 'call-offered') demand(!open.has(at) && open.add(at) !== null, `offered twice at ${at}`);
    if (type === 'call-offer-ended') demand(open.delete(at), `an offer ended at ${at} that was not open`);
  }
  demand(isLive || open.size === 0, `offers without an end at ${[...open].join(', ')}`);
  const outcome = story.find(({ type }) => type === 'call-ended')?.data.outcome;
  for (const which of ['answered', 'abandoned'] as const) {
    const isAnnounced = count(`call-${which}`) === 1;
    demand(
      isLive || isAnnounced === (outcome === which),
      `outcome ${outcome}, ${isAnnounced ? '' : 'no '}call-${which}`,
    );
  }
  return broken;
}

function brokenTimes({ type, time, data }: CallEvent): string[] {
  const broken: string[] = [];
  const { earliest, latest, certainty } = data.observed;
  if (time > latest || (earliest !== null && time < earliest))
    broken.push(`${type} ${time} outside of [${earliest}, ${latest}] (${certainty})`);
  if ((data.talkMs ?? 0) < 0 || (data.waitMs ?? 0) < 0) broken.push(`${type}: negative duration`);
  const [started, answered, ended] = [data.startedAt, data.answeredAt, data.endedAt];
  const order = [started, answered, ended].filter((instant) => instant !== null);
  if (order.some((instant, n) => n > 0 && instant < order[n - 1]!))
    broken.push(`${type}: started ${started}, answered ${answered}, ended ${ended}`);
  return broken;
}
