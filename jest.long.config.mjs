import tiers, { LONG, shared } from './jest.config.mjs';

/** Days of a thousand calls and the short form of chaos, one at a time, as they judge what happens in real time. */
export default {
  ...tiers,
  projects: [{ ...shared, displayName: 'long', testRegex: [LONG] }],
  maxWorkers: 1,
};
