import { expect } from '@jest/globals';
import type { Report } from '../../simulator/judge-report.js';

/** The judge found nothing wrong; what it found is in the error. */
export function expectTrue({ missing, doubled, invented, misreported }: Report): void {
  expect({ missing, doubled, invented, misreported }).toEqual({
    missing: [],
    doubled: [],
    invented: [],
    misreported: [],
  });
}
