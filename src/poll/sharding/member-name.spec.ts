import { describe, expect, it } from '@jest/globals';
import { isDeadHere, newMember } from './member-name.js';

const here = (pid: number, ...alive: number[]) => ({
  host: 'host',
  pid,
  isAlive: (other: number) => alive.includes(other),
});

describe('a replica’s name', () => {
  it('is another at every start', () => {
    expect(newMember()).not.toBe(newMember());
  });

  it('distinguishes a dead process of this host from a live one', () => {
    expect(isDeadHere(newMember(here(7)), here(9))).toBe(true);
    expect(isDeadHere(newMember(here(7)), here(9, 7))).toBe(false);
  });

  it('takes a member with its own process id for dead: in a container it is always the same', () => {
    expect(isDeadHere(newMember(here(1)), here(1, 1))).toBe(true);
  });

  it('takes members of other hosts, and names of another form, for alive', () => {
    expect(isDeadHere(newMember({ ...here(7), host: 'elsewhere' }), here(9))).toBe(false);
    for (const name of ['', 'host', 'host.', 'host.-1.x', 'host.0.x', 'host.1e9.x'])
      expect(isDeadHere(name, here(9))).toBe(false);
  });

  it('knows this very process as alive', () => {
    const member = newMember();
    const [host, pid] = member.split('.');
    expect(Number(pid)).toBe(process.pid);
    expect(isDeadHere(`${host}.${process.ppid}.x`)).toBe(false);
  });
});
