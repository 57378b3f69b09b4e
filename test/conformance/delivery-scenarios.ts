import type { DeliveryStage } from './delivery-stage.js';
import { abandoned, answered, ended, offered, sourceIs, started, unheardOf } from './played-calls.js';
import { RULES } from './rules.js';
import type { Scenario } from './stream-scenarios.js';

export const DELIVERY_SCENARIOS: readonly Scenario<DeliveryStage>[] = [
  {
    name: 'two calls from their start to their end',
    rule: RULES.ends,
    async play(stage) {
      stage.begins('two calls start');
      for (const entry of stage.happens(started('c1'), offered('c1'), started('c2')))
        await stage.delivers(entry);
      await stage.settles();
      stage.begins('one is answered, the monitor is down, both calls end');
      for (const entry of stage.happens(answered('c1'), sourceIs('down'), ended('c1')))
        await stage.delivers(entry);
      for (const entry of stage.happens(...abandoned('c2'))) await stage.delivers(entry);
      await stage.settles();
    },
  },
  {
    name: 'deliveries that come twice',
    rule: RULES.once,
    async play(stage) {
      stage.begins('call-started comes twice');
      const [first] = stage.happens(started('c1'));
      await stage.delivers(first!);
      await stage.delivers(first!);
      await stage.settles();
      stage.begins('the call is answered and ends; then its earlier events come again');
      const [second, third] = stage.happens(answered('c1'), ended('c1'));
      await stage.delivers(second!);
      await stage.delivers(third!);
      await stage.delivers(second!);
      await stage.delivers(first!);
      await stage.settles();
    },
  },
  {
    name: 'a crash after the work, before its answer has arrived',
    rule: RULES.once,
    async play(stage) {
      stage.begins('the consumer is killed, and call-answered is delivered again');
      const [first, second] = stage.happens(started('c1'), answered('c1'));
      await stage.delivers(first!);
      await stage.delivers(second!);
      await stage.restarts();
      await stage.delivers(second!);
      await stage.settles();
      stage.begins('the call ends');
      const [third] = stage.happens(ended('c1'));
      await stage.delivers(third!);
      await stage.settles();
    },
  },
  {
    name: 'calls that overtake each other',
    rule: RULES.overtaking,
    async play(stage) {
      stage.begins('five events of three calls; only those of one call are in order');
      const [a1, b1, a2, c1, b2] = stage.happens(
        started('a'),
        started('b'),
        answered('a'),
        started('c'),
        answered('b'),
      );
      await stage.delivers(c1!, b1!, a1!);
      await stage.delivers(b2!, a2!);
      await stage.settles();
      stage.begins('two calls end, the later one first');
      const [a3, b3] = stage.happens(ended('a'), ended('b'));
      await stage.delivers(b3!, a3!);
      await stage.settles();
    },
  },
  {
    name: 'events that never come',
    rule: RULES.overtaking,
    async play(stage) {
      stage.begins('the first event of a call is its answer');
      const [, second] = stage.happens(
        started('c1'),
        answered('c1'),
        started('c2'),
        answered('c2'),
        ended('c2'),
      );
      await stage.delivers(second!);
      await stage.settles();
    },
  },
  {
    name: 'another epoch, whose numbers begin at 1',
    rule: RULES.epochGoesOn,
    async play(stage) {
      stage.begins('two calls start');
      const before = stage.happens(started('c1'), started('c2'), offered('c1'));
      for (const entry of before) await stage.delivers(entry);
      await stage.settles();
      stage.begins('Redis was wiped, and the calls are announced again with their ids');
      stage.log.wipe();
      for (const entry of before) await stage.delivers(stage.log.announceAgain(entry));
      await stage.settles();
      stage.begins('another epoch begins at 1: the call is answered there, and ends');
      stage.log.wipe();
      const [second] = stage.happens(answered('c1'));
      await stage.delivers(second!);
      const [other, end] = stage.happens(started('c2'), ended('c1'));
      await stage.delivers(other!, end!);
      await stage.settles();
    },
  },
  {
    name: 'what a later version adds',
    rule: RULES.ignoresTheUnknown,
    async play(stage) {
      stage.begins('events with unknown fields, and one of an unknown type');
      stage.extra = { mood: { of: 'caller', value: null }, grade: 7 };
      for (const entry of stage.happens(started('c1'), unheardOf('c1'), answered('c1')))
        await stage.delivers(entry);
      await stage.settles();
    },
  },
];
