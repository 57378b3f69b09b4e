import { OldestGoes } from './oldest-goes.js';

describe('a full pool', () => {
  it('makes the oldest go, never one that has left, and none before it is full', () => {
    const gone: string[] = [];
    let full = 0;
    const pool = new OldestGoes(2, () => (full += 1));
    const enter = (name: string) => {
      const member = { go: () => void gone.push(name) };
      pool.enter(member);
      return () => pool.leave(member);
    };
    enter('a');
    const leave = enter('b');
    expect([gone, full]).toEqual([[], 0]);
    enter('c');
    expect([gone, full]).toEqual([['a'], 1]);
    leave();
    leave();
    enter('d');
    expect(gone).toEqual(['a']);
    enter('e');
    expect(gone).toEqual(['a', 'c']);
  });

  it('lets a member leave while it is made to go', () => {
    const pool = new OldestGoes(1, () => undefined);
    const member = { go: () => pool.leave(member) };
    pool.enter(member);
    let went = false;
    pool.enter({ go: () => void (went = true) });
    expect(went).toBe(false);
    pool.enter({ go: () => undefined });
    expect(went).toBe(true);
  });
});
