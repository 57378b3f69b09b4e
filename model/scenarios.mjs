/**
 * What `npm run model` explores, each exhaustively within its bounds, and the rules that each shows to be needed: the model
 * without the rule must fail. Every check of commit-n.lua is the rule of one of them.
 */
export const SCENARIOS = [
  {
    name: 'fail-overs',
    about:
      'two fail-overs, two masters alive at once, lost replies, crashes, a commit that lies in a socket, a client',
    bounds: { CLAIMS: 3, COMMITS: 2, FAILOVERS: 2, LATE: 1, CLIENTS: 1 },
    rules: {
      SAME_COMMIT: 'commit: a commit that was made is answered as the first time',
      FENCE_AHEAD: 'commit: a token that is not the newest is refused',
      LINEAGE: 'commit: a server on which the epoch did not begin is refused',
      EPOCH: "commit: another epoch than the store's is refused",
      CLAIM_LINEAGE: 'claim: another server begins another epoch',
      UNIQUE_NAMES: 'claim: no two epochs have one name',
      END: "resume: a cursor is good up to its epoch's end",
    },
  },
  {
    name: 'more commits',
    about: 'the same with three commits, none of which lies in a socket',
    bounds: { CLAIMS: 3, COMMITS: 3, FAILOVERS: 2, LATE: 0, CLIENTS: 1 },
    rules: {},
  },
  {
    name: 'commits without events',
    about: 'a commit may change the state alone',
    bounds: { CLAIMS: 2, COMMITS: 2, FAILOVERS: 1, LATE: 1, CLIENTS: 1, QUIET: 1 },
    rules: { VERSION_AHEAD: 'commit: a version that is not the newest is refused' },
  },
  {
    name: 'nothing lost',
    about: 'each promoted replica has everything, the old master is gone: no client is reset',
    bounds: { CLAIMS: 3, COMMITS: 3, FAILOVERS: 2, LATE: 1, CLIENTS: 1, LOSSLESS: 1 },
    rules: { CONTINUING: 'claim: an epoch continues the one before' },
  },
  {
    name: 'restored in place',
    about:
      'an older copy of the keys is put back under a running server, by right clocks; nothing is promised to clients',
    bounds: { CLAIMS: 3, COMMITS: 3, FAILOVERS: 0, LATE: 1, CLIENTS: 0, RESTORES: 1, QUIET: 1 },
    rules: {
      FENCE_BEHIND: "commit: a token that is newer than the store's is refused",
      VERSION_BEHIND: "commit: a version that is newer than the store's is refused",
    },
  },
  {
    name: 'others and mistakes',
    about: 'another client of Redis adds to the log; a bridge gives an event the wrong number',
    bounds: { CLAIMS: 3, COMMITS: 3, FAILOVERS: 0, LATE: 1, CLIENTS: 1, FOREIGN: 1, CARELESS: 1 },
    rules: {
      SEQUENCE: "commit: events that do not follow the state's are refused",
      APPEND: 'commit: events that the log cannot take are refused before anything is written',
    },
  },
];
