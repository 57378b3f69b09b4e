import { abandoned, answered, ended, offered, sourceIs, started, unheardOf } from './played-calls.js';
import { type Rule, RULES } from './rules.js';
import type { StreamStage } from './stream-stage.js';

/** A history of one consumer's connections. */
export interface Scenario<Stage> {
  readonly name: string;
  /** What is broken when the state is wrong in the end, or the consumer gives up. */
  readonly rule: Rule;
  /** What is broken when an event was not handled; `rule` when not given. */
  readonly missing?: Rule;
  play(stage: Stage): Promise<void>;
}

export const STREAM_SCENARIOS: readonly Scenario<StreamStage>[] = [
  {
    name: 'two calls from their start to their end',
    rule: RULES.ends,
    async play(stage) {
      stage.begins('two calls start');
      stage.happens(started('c1'), offered('c1'), started('c2'));
      await stage.settles();
      stage.begins('one is answered, and the monitor is down');
      stage.happens(answered('c1'), sourceIs('down'));
      await stage.settles();
      stage.begins('the monitor is up again, and both calls end');
      stage.happens(sourceIs('up'), ended('c1'), ...abandoned('c2'));
      await stage.settles();
    },
  },
  {
    name: 'connections that are lost',
    rule: RULES.resume,
    async play(stage) {
      stage.begins('two calls start');
      stage.happens(started('c1'), started('c2'));
      await stage.settles();
      stage.begins('the connection is lost; meanwhile one call is answered and ends, another starts');
      stage.drops();
      stage.happens(answered('c1'), ended('c1'), started('c3'));
      await stage.settles();
      stage.begins(
        'the bridge is away, comes back and shuts down; meanwhile the second call is answered and ends',
      );
      stage.goesAway();
      stage.happens(answered('c2'));
      stage.isBack();
      stage.closes('shutting-down');
      stage.happens(ended('c2'));
      await stage.settles();
    },
  },
  {
    name: 'a connection that ends in the middle of an event',
    rule: RULES.wholeEvents,
    async play(stage) {
      stage.begins('a call starts');
      stage.happens(started('c1'));
      await stage.settles();
      stage.begins('the connection ends within call-answered, and the consumer connects again');
      stage.dropsWithin(answered('c1'), started('c2'));
      await stage.settles();
    },
  },
  {
    name: 'a crash of the consumer',
    rule: RULES.neverBack,
    missing: RULES.resume,
    async play(stage) {
      stage.begins('two calls start');
      stage.happens(started('c1'), started('c2'));
      await stage.settles();
      stage.begins('the consumer is killed and starts with its saved cursor; meanwhile four events happened');
      stage.goesAway();
      stage.happens(answered('c1'), ended('c1'), started('c3'), answered('c3'));
      stage.isBack();
      stage.holds(1);
      await stage.restarts();
      await stage.goesOn();
      await stage.settles();
      stage.begins('the consumer is killed again; nothing happened');
      await stage.restarts();
      await stage.settles();
    },
  },
  {
    name: 'messages that come twice',
    rule: RULES.once,
    async play(stage) {
      stage.begins('call-answered comes twice, at the same position');
      const first = stage.happens(started('c1'), answered('c1'));
      stage.sendsAgain(first.slice(1));
      const second = stage.happens(started('c2'));
      await stage.settles();
      stage.begins('call-started of the second call is announced again, at another position');
      stage.announcesAgain(second);
      stage.happens(answered('c2'));
      await stage.settles();
    },
  },
  {
    name: 'a log that has lost its past',
    rule: RULES.resetReplaces,
    async play(stage) {
      stage.begins('two calls start, and the monitor is down');
      stage.happens(started('c1'), started('c2'), sourceIs('down'));
      await stage.settles();
      stage.begins('the log no longer holds what happened while the connection was lost: reset, snapshot');
      stage.goesAway();
      stage.happens(ended('c1'), answered('c2'), started('c3'), sourceIs('up'));
      stage.log.trim();
      stage.isBack();
      await stage.settles();
      stage.begins('another call ends');
      stage.happens(ended('c3'));
      await stage.settles();
    },
  },
  {
    name: 'a fail-over that loses the newest events',
    rule: RULES.resetReplaces,
    async play(stage) {
      stage.begins('two calls start, and one is answered');
      stage.happens(started('c1'));
      stage.happens(answered('c1'), started('lost'));
      await stage.settles();
      stage.begins('the two newest events are lost: reset, snapshot, and other events with their numbers');
      stage.losesNewest(2);
      stage.happens(started('c2'), answered('c1'));
      await stage.settles();
    },
  },
  {
    name: 'a Redis that was wiped',
    rule: RULES.resetReplaces,
    async play(stage) {
      stage.begins('two calls start');
      const [first] = stage.happens(started('c1'), started('gone'));
      await stage.settles();
      stage.begins('everything is lost: reset, an empty snapshot; one call is announced again, with its id');
      stage.wipes();
      stage.announcesAgain([first!]);
      stage.happens(answered('c1'));
      await stage.settles();
    },
  },
  {
    name: 'an epoch that continues the one before',
    rule: RULES.epochGoesOn,
    async play(stage) {
      stage.begins('two calls start');
      stage.happens(started('c1'), started('c2'));
      await stage.settles();
      stage.begins('call-answered comes in another epoch, without a reset');
      stage.log.continueInNewEpoch();
      stage.happens(answered('c1'));
      await stage.settles();
      stage.begins('the connection is lost and the epoch changes; the old cursor is good');
      stage.log.continueInNewEpoch();
      stage.drops();
      stage.happens(ended('c1'));
      await stage.settles();
    },
  },
  {
    name: 'a crash of the consumer, and another epoch meanwhile',
    rule: RULES.neverBack,
    missing: RULES.epochGoesOn,
    async play(stage) {
      stage.begins('two calls start');
      stage.happens(started('c1'), started('c2'));
      await stage.settles();
      stage.begins(
        'one is answered; in another epoch it ends, and another starts; the consumer is killed and starts',
      );
      stage.goesAway();
      stage.happens(answered('c1'));
      stage.log.continueInNewEpoch();
      stage.happens(ended('c1'), started('c3'));
      stage.isBack();
      stage.holds(1);
      await stage.restarts();
      await stage.goesOn();
      await stage.settles();
    },
  },
  {
    name: 'gaps of the sequence',
    rule: RULES.gapsAreNoLoss,
    async play(stage) {
      stage.begins('seven events that the token does not show lie between two');
      stage.happens(started('c1'));
      stage.log.skip(7);
      stage.happens(answered('c1'));
      await stage.settles();
      stage.begins('likewise over a lost connection');
      stage.drops();
      stage.log.skip(3);
      stage.happens(ended('c1'));
      await stage.settles();
    },
  },
  {
    name: 'what a later version adds',
    rule: RULES.ignoresTheUnknown,
    async play(stage) {
      stage.begins('events with unknown fields, and of an unknown type, also as the newest');
      stage.extra = { mood: { of: 'caller', value: null }, grade: 7 };
      stage.happens(started('c1'), unheardOf('c1'), answered('c1'), unheardOf('c1'));
      await stage.settles();
      stage.begins('the consumer is killed and starts again; the call ends');
      await stage.restarts();
      stage.happens(ended('c1'));
      await stage.settles();
    },
  },
];
