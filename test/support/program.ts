import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ROOT } from './root.js';

/** A program in a process of its own, in the package's folder, with its lines. It ends with the test's process at the latest. */
export class Program {
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  readonly #kill = () => this.#signal();
  readonly #waiting = new Set<() => void>();
  #errors = '';

  /** `input` is what it reads on its stdin. */
  constructor(
    [program, ...args]: readonly [string, ...string[]],
    env: Readonly<Record<string, string>>,
    input = '',
  ) {
    this.#child = spawn(program, args, {
      cwd: fileURLToPath(ROOT),
      // Debian keeps servers where the PATH of people other than root does not lead.
      env: { PATH: `${process.env.PATH}:/usr/sbin`, ...env },
      // A group of its own: some have processes that would outlive them.
      detached: true,
    });
    process.once('exit', this.#kill);
    this.#child.stdin!.on('error', () => undefined).end(input);
    this.#child.stderr!.on('data', (text) => (this.#errors += String(text)));
    this.#child.once('error', (error) => this.#ended(error.message));
    this.#child.once('exit', () => this.#ended(''));
    createInterface({ input: this.#child.stdout! }).on('line', (line) => {
      this.lines.push(line);
      for (const look of this.#waiting) look();
    });
  }

  /** What it has written to stderr. */
  get errors(): string {
    return this.#errors;
  }

  get hasEnded(): boolean {
    return this.#child.pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Resolves when there are as many lines that fit; rejects when the program has ended before. */
  async said(fits: (line: string) => boolean, count = 1): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const look = () => {
        const enough = this.lines.filter(fits).length >= count;
        if (!enough && !this.hasEnded) return;
        this.#waiting.delete(look);
        if (enough) resolve();
        else reject(new Error(`the program ended: ${this.#errors}`));
      };
      this.#waiting.add(look);
      look();
    });
  }

  async stop(): Promise<void> {
    if (this.hasEnded) return;
    const exited = once(this.#child, 'exit');
    this.#signal();
    await exited;
  }

  #ended(why: string): void {
    this.#errors += why;
    process.off('exit', this.#kill);
    for (const look of this.#waiting) look();
  }

  #signal(): void {
    if (this.hasEnded) return;
    try {
      process.kill(-this.#child.pid!, 'SIGKILL');
    } catch {
      // It has just ended by itself.
    }
  }
}
