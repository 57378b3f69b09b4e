import { describe, expect, it } from '@jest/globals';
import { number } from '../../../test/support/history.js';
import { leadsTo, withHotline } from './hotlines.js';

const sales = number('19001234');
const support = number('19005678');
const learnt = withHotline(new Map(), 'sales', sales);

describe('the hotline of a queue', () => {
  it('leads to it if its callers came in by that number, however it is written', () => {
    expect(leadsTo('sales', sales, learnt)).toBe('same');
    const mobile = withHotline(new Map(), 'sales', number('0914237383'));
    expect(leadsTo('sales', number('+84914237383'), mobile)).toBe('same');
  });

  it('does not if they came in by others only', () => {
    expect(leadsTo('sales', support, learnt)).toBe('different');
    expect(leadsTo('sales', support, withHotline(learnt, 'sales', support))).toBe('same');
  });

  it('says nothing of a queue of which none is known, or where the leg shows none', () => {
    expect(leadsTo('other', sales, learnt)).toBe('unknown');
    expect(leadsTo('sales', null, learnt)).toBe('unknown');
  });

  it('is learnt once, and the oldest of many make room', () => {
    expect(withHotline(learnt, 'sales', sales)).toBe(learnt);
    let many = learnt;
    for (let nth = 0; nth < 50; nth++) many = withHotline(many, 'sales', number(`1900${2000 + nth}`));
    expect(many.get('sales')).toHaveLength(50);
    expect(leadsTo('sales', sales, many)).toBe('different');
    for (let nth = 0; nth < 1_000; nth++) many = withHotline(many, `queue ${nth}`, sales);
    expect(many.size).toBe(1_000);
    expect(many.has('sales')).toBe(false);
  });

  it('is forgotten first of the queue that has learnt none for longest', () => {
    let many = learnt;
    for (let nth = 0; nth < 999; nth++) many = withHotline(many, `queue ${nth}`, sales);
    many = withHotline(withHotline(many, 'sales', support), 'one more', sales);
    expect(['sales', 'queue 0', 'queue 1'].map((queue) => many.has(queue))).toEqual([true, false, true]);
  });
});
