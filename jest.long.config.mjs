import tiers, { LONG, shared } from './jest.config.mjs';

/** Days of hundreds of calls, the short form of chaos, looks of every page, what the judge and the checker of looks must refuse: one at a time, as some judge real time. */
export default {
  ...tiers,
  projects: [{ ...shared, displayName: 'long', testRegex: [LONG] }],
  maxWorkers: 1,
};
