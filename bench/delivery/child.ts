import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { getPriority, setPriority } from 'node:os';

/**
 * The processes of one measurement. Every request to one is bounded in time, and `end` ends them all; should the
 * parent die, they end by themselves.
 */
const READY_WITHIN_MS = 20_000;
const ANSWER_WITHIN_MS = 60_000;
const END_WITHIN_MS = 2_000;
/** Of the scheduler's steps, of which each is a tenth of the CPU where processes compete. */
const YIELDS_BY = 10;

interface Reply {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** What a child does on request; `order` in its arguments said what it is. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Commands = Readonly<Record<string, (argument: any) => unknown>>;

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class Child<Ready = unknown> {
  private readonly pending = new Map<number, Pending>();
  private requests = 0;
  ready!: Ready;

  constructor(
    private readonly name: string,
    private readonly process: ChildProcess,
  ) {
    process.on('message', ({ id, value, error }: Reply) => {
      const request = this.pending.get(id);
      this.pending.delete(id);
      if (error === undefined) request?.resolve(value);
      else request?.reject(new Error(`${name}: ${error}`));
    });
    process.once('exit', (code, signal) => {
      for (const { reject } of this.pending.values()) reject(new Error(`${name} ended: ${code ?? signal}`));
      this.pending.clear();
    });
  }

  /** Request 0 is what a child answers unasked, once it is ready. */
  async whenReady(): Promise<this> {
    this.ready = await this.answer<Ready>(0, 'start', READY_WITHIN_MS);
    return this;
  }

  call<T = void>(command: string, argument?: unknown, withinMs = ANSWER_WITHIN_MS): Promise<T> {
    this.requests += 1;
    const answer = this.answer<T>(this.requests, command, withinMs);
    this.process.send({ id: this.requests, command, argument });
    return answer;
  }

  async end(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const exited = once(this.process, 'exit');
    const timer = setTimeout(() => this.kill(), END_WITHIN_MS);
    if (this.process.connected) this.process.disconnect();
    await exited;
    clearTimeout(timer);
  }

  kill(): void {
    this.process.kill('SIGKILL');
  }

  private answer<T>(id: number, what: string, withinMs: number): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.pending.delete(id);
        reject(new Error(`${this.name} did not ${what} within ${withinMs} ms`));
      }, withinMs);
      const settle = <V>(act: (value: V) => void) => {
        return (value: V) => {
          clearTimeout(timer);
          act(value);
        };
      };
      this.pending.set(id, { resolve: settle(resolve as (value: unknown) => void), reject: settle(reject) });
    });
  }
}

export class Children {
  private readonly children: Child[] = [];
  private readonly killAll = () => {
    for (const child of this.children) child.kill();
  };

  /** @param profileDir where the process leaves its CPU profile when it ends */
  constructor(private readonly profileDir: string | null = null) {
    process.once('exit', this.killAll);
  }

  /** @param yields to the other processes, as one that would run on another machine */
  start<Ready>(module: string, name: string, order: object, yields = false): Promise<Child<Ready>> {
    const profile =
      this.profileDir === null
        ? []
        : ['--cpu-prof', `--cpu-prof-dir=${this.profileDir}`, `--cpu-prof-name=${fileName(name)}.cpuprofile`];
    const forked = fork(new URL(module, import.meta.url), [JSON.stringify(order)], {
      execArgv: ['--expose-gc', ...profile],
    });
    if (yields) setPriority(forked.pid!, Math.min(19, getPriority() + YIELDS_BY));
    const child = new Child<Ready>(name, forked);
    this.children.push(child);
    return child.whenReady();
  }

  async end(): Promise<void> {
    await Promise.all(this.children.map((child) => child.end()));
    process.off('exit', this.killAll);
  }
}

/** A child's side: says that it is ready, and answers until its parent lets go. */
export function serve(ready: object, commands: Commands): void {
  const send = (reply: Reply) => process.send?.(reply);
  process.on('message', ({ id, command, argument }: { id: number; command: string; argument: unknown }) => {
    const acting = async (): Promise<unknown> => commands[command]!(argument);
    acting().then(
      (value) => send({ id, value }),
      (error: unknown) => send({ id, error: error instanceof Error ? (error.stack ?? '') : String(error) }),
    );
  });
  process.once('disconnect', () => process.exit(0));
  send({ id: 0, value: ready });
}

/** What the child was ordered to be. */
export function order<Order>(): Order {
  return JSON.parse(process.argv[2]!) as Order;
}

function fileName(name: string): string {
  return name.replaceAll(/[^a-z0-9]+/gi, '-');
}
