import { CORE_MUTANTS } from './core-mutants.js';
import { DELIVER_MUTANTS } from './deliver-mutants.js';
import { KEYS_MUTANTS } from './keys-mutants.js';
import type { Mutant } from './mutant.js';
import { PARSE_MUTANTS } from './parse-mutants.js';
import { POLL_MUTANTS } from './poll-mutants.js';
import { REQUEST_MUTANTS } from './request-mutants.js';
import { STORE_MUTANTS } from './store-mutants.js';

/** A rule that a user depends on has a row here, in the list of its folder. */
export const MUTANTS: readonly Mutant[] = [
  ...PARSE_MUTANTS,
  ...REQUEST_MUTANTS,
  ...CORE_MUTANTS,
  ...STORE_MUTANTS,
  ...POLL_MUTANTS,
  ...DELIVER_MUTANTS,
  ...KEYS_MUTANTS,
];
