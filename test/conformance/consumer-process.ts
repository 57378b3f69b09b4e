import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Broken } from './broken.js';
import { type FromConsumer, parseLine, PROTOCOL, type StateLine, type ToConsumer } from './lines.js';
import { type Rule, RULES } from './rules.js';

/** A runtime may have to be compiled first. It says that the consumer is stuck, not that it is slow. */
const START_WITHIN_MS = 60_000;
/** How often a consumer that lacks something is asked again. */
const ASK_EVERY_MS = 100;
const KEPT_LINES = 16;
const KEPT_ERRORS = 2_000;

/** One life of the consumer: its process, its lines, and how long the kit waits for them. */
export class ConsumerProcess {
  /** The newest lines of both, for a reader of a failure: `>` is the kit's, `<` the consumer's. */
  transcript: string[] = [];
  #child: ChildProcess;
  #errors = '';
  #wake: () => void = () => undefined;
  #failure: Error | null = null;
  #ended = false;
  #ready: Extract<FromConsumer, { say: 'ready' }> | null = null;
  #state: StateLine | null = null;
  #reports = 0;

  constructor(
    command: readonly [string, ...string[]],
    dir: string,
    private readonly patienceMs: number,
    /** What is broken when the consumer ends by itself. */
    private readonly rule: Rule,
    /** Gets every line but `ready` and `state`; what it throws, the next wait throws. */
    private readonly heard: (line: FromConsumer) => void,
  ) {
    const [program, ...args] = command;
    this.#child = spawn(program, args, { env: { ...process.env, CONFORMANCE_DIR: dir } });
    // A write to a consumer that has ended: its end is reported as that.
    this.#child.stdin!.on('error', () => undefined);
    this.#child.stderr!.on(
      'data',
      (text) => (this.#errors = (this.#errors + String(text)).slice(-KEPT_ERRORS)),
    );
    this.#child.once('error', (error) => this.#end(error.message));
    this.#child.once('close', (code, signal) => this.#end(`exit code ${code ?? signal}`));
    createInterface({ input: this.#child.stdout! }).on('line', (text) => this.#hear(text));
  }

  send(line: ToConsumer): void {
    const text = JSON.stringify(line);
    this.#keep(`> ${text}`);
    this.#child.stdin!.write(`${text}\n`);
  }

  async start(cursor: string | null, dir: string) {
    this.send({ do: 'start', protocol: PROTOCOL, cursor, dir });
    await this.until(
      () => this.#ready !== null,
      START_WITHIN_MS,
      RULES.protocol,
      () => 'the line ready',
    );
    return this.#ready!;
  }

  /** Resolves when it holds. @throws {Broken} for a line that broke a rule, and when it does not hold in time */
  async until(
    holds: () => boolean,
    patienceMs = this.patienceMs,
    rule: Rule = this.rule,
    expected: () => string = () => 'an answer',
  ): Promise<void> {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      if (this.#failure !== null) throw this.#failure;
      if (holds()) return;
      if (Date.now() > deadline) throw new Broken(rule, expected(), `nothing of it within ${patienceMs} ms`);
      await this.#nextLine();
    }
  }

  /** Asks for the state until it is right, or `patienceMs` have gone. */
  async settle(
    lacks: (state: StateLine) => readonly { rule: Rule; expected: string; came: string }[],
  ): Promise<void> {
    const deadline = Date.now() + this.patienceMs;
    for (;;) {
      const report = (this.#reports += 1);
      // Only the last answer is of interest.
      this.transcript = this.transcript.filter(
        (line) => !/^(?:> \{"do":"report"|< \{"say":"state")/.test(line),
      );
      this.send({ do: 'report', report });
      await this.until(
        () => this.#state?.report === report,
        this.patienceMs,
        this.rule,
        () => `state of report ${report}`,
      );
      const [lack] = lacks(this.#state!);
      if (lack === undefined) return;
      if (Date.now() > deadline) throw new Broken(lack.rule, lack.expected, lack.came);
      await this.#nextLine();
    }
  }

  /** As a crash ends it. */
  async kill(): Promise<void> {
    if (this.#ended) return;
    const closed = once(this.#child, 'close');
    this.#ended = true;
    this.#child.kill('SIGKILL');
    await closed;
  }

  async #nextLine(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ASK_EVERY_MS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #hear(text: string): void {
    if (this.#ended) return;
    this.#keep(`< ${text}`);
    try {
      const line = parseLine(text);
      if (typeof line === 'string')
        throw new Broken(RULES.protocol, 'a line of docs/conformance.md', `${text} (${line})`);
      if (line.say === 'ready') this.#ready = line;
      else if (line.say === 'state') this.#state = line;
      else this.heard(line);
    } catch (error) {
      this.#failure ??= error as Error;
    }
    this.#wake();
  }

  #end(how: string): void {
    if (this.#ended) return;
    this.#ended = true;
    const errors = this.#errors.trim();
    const came = `the consumer ended: ${how}${errors === '' ? '' : `\n${errors}`}`;
    this.#failure ??= new Broken(this.rule, 'a consumer that runs on', came);
    this.#wake();
  }

  #keep(line: string): void {
    this.transcript.push(line.length > 400 ? `${line.slice(0, 400)}…` : line);
    if (this.transcript.length > KEPT_LINES) this.transcript.shift();
  }
}
