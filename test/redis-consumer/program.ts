import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A program of the document in a process of its own, with the project's packages. */
export class Program {
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  readonly #waiting = new Set<() => void>();
  #errors = '';

  constructor(code: string, env: Readonly<Record<string, string>>) {
    this.#child = spawn(process.execPath, ['--input-type=module'], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: { PATH: process.env.PATH, ...env },
    });
    this.#child.stdin!.end(code);
    this.#child.stderr!.on('data', (text) => (this.#errors += String(text)));
    createInterface({ input: this.#child.stdout! }).on('line', (line) => {
      this.lines.push(line);
      for (const look of this.#waiting) look();
    });
    this.#child.once('exit', () => {
      for (const look of this.#waiting) look();
    });
  }

  /** Resolves when there are as many lines that fit; rejects when the program has ended before. */
  async said(fits: (line: string) => boolean, count = 1): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const look = () => {
        const enough = this.lines.filter(fits).length >= count;
        if (!enough && this.#child.exitCode === null && this.#child.signalCode === null) return;
        this.#waiting.delete(look);
        if (enough) resolve();
        else reject(new Error(`the program ended: ${this.#errors}`));
      };
      this.#waiting.add(look);
      look();
    });
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }
}
