import type { OfferOutcome, Outcome } from '../model/call.js';
import type { CallView, Transition } from '../model/event.js';
import type { EndedOffer, KnownTime } from './story.js';
import { timeOf } from './known-time.js';

/** What a poll's transitions say of one call, as far as its story is made of it. */
export interface CallNews {
  /** When it began, if this poll announces it. */
  readonly started: KnownTime | null;
  /** When it was answered, if it was. */
  readonly answered: KnownTime | null;
  readonly transfers: readonly { readonly time: KnownTime; readonly by: TalkingParticipant | null }[];
  readonly offers: readonly EndedOffer[];
  readonly ended: EndedNews | null;
}

export interface EndedNews {
  readonly time: KnownTime;
  readonly outcome: Outcome;
  readonly view: Omit<CallView, 'tenant'>;
}

export interface TalkingParticipant {
  readonly extension: string;
  readonly agentName: string | null;
}

export const NO_NEWS: CallNews = { started: null, answered: null, transfers: [], offers: [], ended: null };

/** By `callId`. */
export function newsOf(transitions: readonly Transition[]): ReadonlyMap<string, CallNews> {
  const news = new Map<string, CallNews>();
  for (const transition of transitions) {
    if (!('callId' in transition.data)) continue;
    const of = news.get(transition.subject) ?? NO_NEWS;
    news.set(transition.subject, withNews(of, transition, transition.data));
  }
  return news;
}

function withNews(news: CallNews, transition: Transition, data: Omit<CallView, 'tenant'>): CallNews {
  switch (transition.type) {
    case 'call-started':
      return { ...news, started: timeOf(transition) };
    case 'call-answered':
      return { ...news, answered: timeOf(transition) };
    case 'call-transferred':
      return {
        ...news,
        transfers: [...news.transfers, { time: timeOf(transition), by: participantOf(data) }],
      };
    case 'call-offer-ended':
      return { ...news, offers: [...news.offers, offerOf(data, transition.time)] };
    case 'call-ended':
      return {
        ...news,
        ended: { time: timeOf(transition), outcome: data.outcome as Outcome, view: data },
      };
    default:
      return news;
  }
}

function participantOf({ agent }: Omit<CallView, 'tenant'>): TalkingParticipant | null {
  return agent === null || agent.extension === null
    ? null
    : { extension: agent.extension, agentName: agent.name };
}

function offerOf({ offer, agent }: Omit<CallView, 'tenant'>, at: number): EndedOffer {
  const { extension, outcome } = offer!;
  return { extension, agentName: agent?.name ?? null, outcome: outcome as OfferOutcome, at };
}
