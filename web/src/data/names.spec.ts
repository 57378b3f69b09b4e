import { numberGroups } from './number-groups.js';
import { shortQueueName } from './queue-name.js';

describe('a number', () => {
  it('is read in groups where it is a whole Vietnamese one, and as it is otherwise', () => {
    const read = (text: string) => numberGroups(text).join(' ');
    expect(read('0904279252')).toBe('0904 279 252');
    expect(read('02471820979')).toBe('024 7182 0979');
    expect(read('02511234567')).toBe('025 1123 4567');
    for (const text of ['0905 *** 222', '1900545454', '+84904279252', 'số ẩn', ''])
      expect(read(text)).toBe(text);
  });
});

describe('the name of a queue', () => {
  it('is short without its hotline, and whole where two would be alike', () => {
    const names = ['Sales_39989220', 'Sales_39989221', 'Support_39989222', 'Line 1800_1'];
    expect(names.map((name) => shortQueueName(name, names))).toEqual([
      'Sales_39989220',
      'Sales_39989221',
      'Support',
      'Line 1800_1',
    ]);
    expect(shortQueueName('123_39989222', [])).toBe('123_39989222');
  });
});
