import { DeskPolls } from '../../../test/support/desk-polls.js';
import { entry, leg, T0 } from '../../../test/support/history.js';
import { EMPTY_DESK } from '../../core/desk-state.js';
import type { MemoryStore } from '../../store/memory/memory-store.js';
import type { Store } from '../../store/store.js';

/** The store as a build without a desk has it: it reads none of it, and its commits write none. */
function withoutDesk(store: MemoryStore): Store {
  return new Proxy(store, {
    get(target, name) {
      if (name === 'claim')
        return async (...args: Parameters<Store['claim']>) => ({
          ...(await target.claim(...args)),
          desk: EMPTY_DESK,
        });
      if (name === 'commit')
        return (tenant: string, { desk: _, ...commit }: Parameters<Store['commit']>[1]) =>
          target.commit(tenant, commit);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

describe('a tenant that an older build has owned for a while, which knows nothing of desks', () => {
  const caller = entry({ joinedAt: T0 + 1_000 });
  const abandoned = { ...caller, status: 'abandoned' as const, abandonedAt: T0 + 20_000 };
  const later = entry({ joinedAt: T0 + 30_000, callId: 'queue-call-2', mobile: '0987654321' });
  const talk = leg({ callId: 'call-back', direction: 'outbound', customer: caller.customer });
  let polls: DeskPolls;

  beforeEach(async () => {
    polls = new DeskPolls();
    await polls.poll({ at: 0 });
    await polls.poll({ at: 2, entries: [caller] });
    await polls.poll({ at: 21, entries: [abandoned] });
    for (const at of [22, 23, 24]) await polls.poll({ at });
    await polls.poll({ at: 31, entries: [later] });
  });
  afterEach(() => polls.store.close());

  const older = () => polls.drop(withoutDesk(polls.store));

  it('finds its call-backs, history and numbers as they were', async () => {
    const before = await polls.left();
    expect(before.callbacks).toMatchObject([{ done: null }]);
    expect(before.history).toHaveLength(1);
    older();
    // The older one sees the customer called back, and the next caller gone.
    await polls.poll({ at: 32, entries: [later], legs: [talk] });
    for (const at of [33, 60]) await polls.poll({ at, legs: [{ ...talk, signal: 'answered' }] });
    for (const at of [61, 62]) await polls.poll({ at });
    const meanwhile = await polls.left();
    expect({ ...meanwhile, events: [] }).toEqual({ ...before, events: [] });
    expect(meanwhile.events.length).toBeGreaterThan(before.events.length);
  });

  it('goes on with what is owed, ends the stories of calls that are over, and counts them once, as unknown', async () => {
    older();
    for (const at of [32, 33, 34]) await polls.poll({ at });
    polls.drop();
    for (const at of [35, 36]) await polls.poll({ at });
    const left = await polls.left();
    expect(left.stories.size).toBe(0);
    const counted = left.days.flatMap(({ rows }) => rows).filter(({ row }) => row.of === 'queue');
    const offered = counted.reduce((sum, { counts }) => sum + (counts[0] ?? 0), 0);
    expect(offered).toBe(2);
    expect(await polls.ask({ kind: 'callback-dismiss', by: 'lan', nth: 0 })).toBe('written');
    expect((await polls.left()).callbacks).toMatchObject([{ done: { reason: 'dismissed', by: 'lan' } }]);
  });
});
