import { expect } from '@jest/globals';
import type { Report } from '../../simulator/judge-report.js';

/** Demands that the judge found nothing wrong; the error shows what it found. */
export function expectTrue({ missing, doubled, invented, misreported }: Report): void {
  expect({ missing, doubled, invented, misreported }).toEqual({
    missing: [],
    doubled: [],
    invented: [],
    misreported: [],
  });
}
