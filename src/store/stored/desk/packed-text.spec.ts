import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ODD_NAMES } from '../../desk-store.contract-kit.js';
import { packed, unpacked } from './packed-text.js';

describe('a packed text', () => {
  it('is short where it begins with a uuid', () => {
    expect(packed('fde4ff73-b191-45c2-a0ce-0fe8c7b70e85')).toHaveLength(23);
    expect(packed('fde4ff73-b191-45c2-a0ce-0fe8c7b70e85|0905|1|0')).toMatch(/^~.{22}\|0905\|1\|0$/);
  });

  it.each([...ODD_NAMES, '', '~', '~~', '~AAAAAAAAAAAAAAAAAAAAAA', 'FDE4FF73-B191-45C2-A0CE-0FE8C7B70E85'])(
    'comes back as it was, %j',
    (text) => expect(unpacked(packed(text))).toBe(text),
  );

  it('comes back as it was, whatever stands around a uuid', () => {
    fc.assert(
      fc.property(fc.constantFrom('', '~', 'x'), fc.uuid(), fc.string(), (before, uuid, after) => {
        expect(unpacked(packed(before + uuid + after))).toBe(before + uuid + after);
      }),
    );
  });
});
