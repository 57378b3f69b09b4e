import type { PhoneNumber } from './contract.js';

/** Whether the caller withholds the number: how the PBX and the networks before it write that. */
export function isWithheld({ raw }: PhoneNumber): boolean {
  return /^(?:anonymous|unknown|restricted|private|unavailable|withheld|\+?0*)$/i.test(raw);
}
