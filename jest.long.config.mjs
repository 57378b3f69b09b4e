import tiers, { LONG, shared } from './jest.config.mjs';

/** Days of hundreds of calls, the short form of chaos and what the checker of looks must find: one at a time, as some judge real time. */
export default {
  ...tiers,
  projects: [{ ...shared, displayName: 'long', testRegex: [LONG] }],
  maxWorkers: 1,
};
