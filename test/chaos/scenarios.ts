import type { Scenario } from './scenario.js';
import { restartedAnywhere } from './scenarios/any-crash-point.js';
import { nothingLost, tailLostUnderCrowd } from './scenarios/crowds.js';
import { deskFailedOver, deskKilledInCommit } from './scenarios/desk.js';
import { dropped, outOfReach, stuck } from './scenarios/consumers.js';
import { longField, longFields, manyCalls, oneId, unreadLog } from './scenarios/hostile-pbx.js';
import {
  fewDescriptors,
  lockedOut,
  lookedUp,
  pinged,
  polledByMany,
  reloaded,
  unread,
} from './scenarios/edges.js';
import { neighbours } from './scenarios/endpoints.js';
import { exported } from './scenarios/exports.js';
import { isolated } from './scenarios/isolation.js';
import { killed, killedInTurns } from './scenarios/killed.js';
import { keySetAway } from './scenarios/keys.js';
import { clusterFailovers, emptied, sentinelFailovers, tailLost } from './scenarios/memory-lost.js';
import { paused, rolled, twoOwners } from './scenarios/owners.js';
import { frozen, repliesLost, scriptsFlushed, subscriptionsKilled } from './scenarios/redis-connection.js';
import { clockAhead, clockBehind, fullOfExpired, fullOfUnexpired } from './scenarios/retention.js';
import { epochOfMany, garbage, resumption } from './scenarios/readers.js';
import { soaked } from './scenarios/soak.js';
import { dead, nonsense } from './scenarios/upstream.js';
import { receivers } from './scenarios/webhooks.js';

/** In the order of the table of faults. */
export const SCENARIOS: readonly Scenario[] = [
  killed,
  repliesLost,
  paused,
  twoOwners,
  nonsense,
  killedInTurns,
  emptied,
  sentinelFailovers,
  clusterFailovers,
  tailLost,
  dropped,
  outOfReach,
  subscriptionsKilled,
  frozen,
  scriptsFlushed,
  stuck,
  isolated,
  rolled,
  dead,
  soaked,
  restartedAnywhere,
  oneId,
  manyCalls,
  longField,
  unreadLog,
  longFields,
  resumption,
  epochOfMany,
  garbage,
  pinged,
  unread,
  polledByMany,
  lookedUp,
  fewDescriptors,
  lockedOut,
  reloaded,
  keySetAway,
  clockAhead,
  clockBehind,
  fullOfExpired,
  fullOfUnexpired,
  nothingLost,
  tailLostUnderCrowd,
  receivers,
  deskFailedOver,
  deskKilledInCommit,
  neighbours,
  exported,
];
