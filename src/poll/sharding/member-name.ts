import { createHash, randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

/**
 * A replica's name among the others, which no other has or had: its host, its process id, and chance.
 *
 * Host and process id tell a process that begins whether another was a forerunner here that was killed, so that a lone
 * replica that is started again need not wait for the end of its own lease. Two containers with one host name may take
 * each other for dead: the other is then sent away once, and is back with its next renewal.
 */
export function newMember(here: Here = HERE): string {
  return `${here.host}.${here.pid}.${randomBytes(9).toString('base64url')}`;
}

/** Whether `member` was a process of this host that is no more. Nothing may rest on it but efficiency. */
export function isDeadHere(member: string, here: Here = HERE): boolean {
  const [host, pid] = member.split('.');
  if (host !== here.host || !/^[1-9]\d*$/.test(pid ?? '')) return false;
  // In a container that is started again, the same process id again: there is one process to one id.
  return Number(pid) === here.pid || !here.isAlive(Number(pid));
}

export interface Here {
  readonly host: string;
  readonly pid: number;
  readonly isAlive: (pid: number) => boolean;
}

const HERE: Here = {
  // Only compared: what the machine is called is nobody's business in Redis.
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
