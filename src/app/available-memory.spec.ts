import { describe, expect, it, jest } from '@jest/globals';
import { totalmem } from 'node:os';
import { availableMemory, clientMemoryOf } from './available-memory.js';

const MIB = 1024 * 1024;

describe('the memory for clients', () => {
  it.each([
    [64, 32],
    [512, 128],
    [1_024, 256],
    [65_536, 256],
  ])('of a container with %p MiB is %p MiB', (container, clients) => {
    expect(clientMemoryOf(container * MIB)).toBe(clients * MIB);
  });

  it('is taken of the container, where that has a limit below the machine', () => {
    const constrained = jest.spyOn(process, 'constrainedMemory');
    constrained.mockReturnValue(256 * MIB);
    expect(availableMemory()).toBe(256 * MIB);
    // No limit is said as zero, or by version 1 of control groups as a number beyond any memory.
    for (const none of [0, 2 ** 63]) {
      constrained.mockReturnValue(none);
      expect(availableMemory()).toBe(totalmem());
    }
    constrained.mockRestore();
  });
});
