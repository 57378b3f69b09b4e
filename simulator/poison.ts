import type { Pbx } from './live-call.js';
import type { Random } from './random.js';

/** When a list had a row that was no row (the habit `poison`). */
export interface PoisonSpell {
  readonly endpoint: 'monitor' | 'queue';
  readonly from: number;
  /** Null while it lasts. */
  to: number | null;
}

/**
 * Puts a row into one of the lists that no reader can read: its fields are objects. It is always the same one from the
 * beginning, or one that changes every second or so for half a minute to two, a few times an hour.
 */
export function startPoison(pbx: Pbx): PoisonSpell[] {
  const { engine, schedule } = pbx;
  const { random, habits } = engine;
  const spells: PoisonSpell[] = [];
  if (habits.poison === 'none') return spells;
  const endpoint = random.pick(['monitor', 'queue'] as const);
  const list = endpoint === 'monitor' ? pbx.board : pbx.members;
  const begin = (): PoisonSpell => {
    const spell: PoisonSpell = { endpoint, from: schedule.now, to: null };
    spells.push(spell);
    for (const call of pbx.live.values()) call.mark('poison');
    pbx.poisoned = true;
    return spell;
  };
  if (habits.poison === 'constant') {
    begin();
    list.setPoison(poisonRow(endpoint, 'constant'));
    return spells;
  }
  const change = (spell: PoisonSpell, until: number): void => {
    if (schedule.now >= until) {
      spell.to = schedule.now;
      pbx.poisoned = false;
      list.setPoison(null);
      wait();
      return;
    }
    list.setPoison(poisonRow(endpoint, random.uuid()));
    schedule.in(random.int(500, 1500), () => change(spell, until));
  };
  const wait = (): void => {
    schedule.in(gapMs(random), () => {
      if (pbx.mayOpen()) change(begin(), schedule.now + random.int(30_000, 120_000));
    });
  };
  wait();
  return spells;
}

function gapMs(random: Random): number {
  return random.int(120_000, 1_200_000);
}

function poisonRow(endpoint: 'monitor' | 'queue', value: string): object {
  return endpoint === 'monitor'
    ? { extension: { value }, call_id: { value }, call_state: ['ONCALL'], direction: { value } }
    : { call_center_queue_uuid: { value }, mobile: { value }, status: ['Trying'], call_uuid: { value } };
}
