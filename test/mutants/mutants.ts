import { CALLBACK_MUTANTS } from './callback-mutants.js';
import { CLIENT_MUTANTS } from './client-mutants.js';
import { CORE_MUTANTS } from './core-mutants.js';
import { DELIVER_MUTANTS } from './deliver-mutants.js';
import { KEYS_MUTANTS } from './keys-mutants.js';
import type { Mutant } from './mutant.js';
import { NUMBERS_MUTANTS } from './numbers-mutants.js';
import { PAGES_MUTANTS } from './pages-mutants.js';
import { PARSE_MUTANTS } from './parse-mutants.js';
import { HELD_QUEUE_MUTANTS, QUEUE_MUTANTS } from './queue-mutants.js';
import { POLL_MUTANTS } from './poll-mutants.js';
import { REQUEST_MUTANTS } from './request-mutants.js';
import { STORE_MUTANTS } from './store-mutants.js';
import { WEBHOOK_MUTANTS } from './webhook-mutants.js';
import { WEBHOOK_QUEUE_MUTANTS } from './webhook-queue-mutants.js';
import { WEBHOOK_REQUEST_MUTANTS } from './webhook-request-mutants.js';

/** A rule that a user depends on has a row here, in the list of its folder. */
export const MUTANTS: readonly Mutant[] = [
  ...PARSE_MUTANTS,
  ...REQUEST_MUTANTS,
  ...CORE_MUTANTS,
  ...CALLBACK_MUTANTS,
  ...QUEUE_MUTANTS,
  ...STORE_MUTANTS,
  ...POLL_MUTANTS,
  ...DELIVER_MUTANTS,
  ...HELD_QUEUE_MUTANTS,
  ...KEYS_MUTANTS,
  ...NUMBERS_MUTANTS,
  ...PAGES_MUTANTS,
  ...WEBHOOK_MUTANTS,
  ...WEBHOOK_QUEUE_MUTANTS,
  ...WEBHOOK_REQUEST_MUTANTS,
  ...CLIENT_MUTANTS,
];
