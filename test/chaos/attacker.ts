import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../support/root.js';

/**
 * An attack in a process of its own, so that thousands of sockets do not slow what is measured.
 *
 * It runs `test/chaos/attacks/<name>.ts`, which reads its arguments as JSON from `process.argv[2]`, prints a line once the
 * attack is on (`ready()` resolves with it, as JSON), and goes on until it ends by itself or is stopped.
 */
export class Attacker {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #lines: unknown[] = [];
  readonly #waiting: (() => void)[] = [];
  #errors = '';
  #isOver = false;

  constructor(name: string, args: unknown) {
    const script = fileURLToPath(new URL(`dist/test/chaos/attacks/${name}.js`, ROOT));
    this.#child = spawn(process.execPath, [script, JSON.stringify(args)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const kill = () => this.#child.kill('SIGKILL');
    process.once('exit', kill);
    this.#child.stderr!.on('data', (chunk) => (this.#errors += String(chunk)));
    createInterface({ input: this.#child.stdout! }).on('line', (line) => {
      this.#lines.push(JSON.parse(line));
      this.#wake();
    });
    this.#ended = once(this.#child, 'exit').then(() => {
      process.off('exit', kill);
      this.#isOver = true;
      this.#wake();
    });
  }

  /** The first line that it prints. Rejects when it ends before. */
  ready(): Promise<unknown> {
    return this.line(0);
  }

  /** The line of this number, from 0. */
  async line(index: number): Promise<unknown> {
    while (this.#lines.length <= index) {
      if (this.#isOver) throw new Error(`the attack ended early: ${this.#errors}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return this.#lines[index];
  }

  /** Resolves when it has ended by itself. */
  async ended(): Promise<void> {
    await this.#ended;
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
