import { createHash, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

/**
 * Makes a replica's name, which no other replica has or had: its host, its process id and random letters.
 *
 * By host and process id, a starting process recognises a killed process of the same host, so that a lone replica which
 * is restarted need not wait for its own old lease to expire. Two containers with the same host name may take each
 * other for dead: the other then loses its lease once, and has it back with its next renewal.
 */
export function newMember(here: Here = HERE): string {
  return `${here.host}.${here.pid}.${randomBytes(9).toString('base64url')}`;
}

/** Whether `member` was a process of this host that has ended. It may be wrong: only efficiency may depend on it. */
export function isDeadHere(member: string, here: Here = HERE): boolean {
  const [host, pid] = member.split('.');
  if (host !== here.host || !/^[1-9]\d*$/.test(pid ?? '')) return false;
  // A restarted container has the same process id again, and this process is the one that has it now.
  return Number(pid) === here.pid || !here.isAlive(Number(pid));
}

export interface Here {
  readonly host: string;
  readonly pid: number;
  readonly isAlive: (pid: number) => boolean;
}

const HERE: Here = {
  // Hashed, since the name is only compared and the machine's real name does not belong into Redis.
  host: createHash('sha256').update(hostname()).digest('hex').slice(0, 12),
  pid: process.pid,
  isAlive: (pid) => {
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code !== 'ESRCH';
    }
  },
};
