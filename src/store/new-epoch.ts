import { randomBytes } from 'node:crypto';

/** Names a log that begins. It starts with the time, so that an operator can see which epoch is newer. */
export function newEpoch(): string {
  return `${Date.now().toString(36)}-${randomBytes(4).toString('hex')}`;
}
