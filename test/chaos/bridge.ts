import { type Service, startService } from '../support/service.js';
import type { Tally } from './scenario.js';

/** One replica of the bridge that may end in any way and begin again, at the same address. */
export class Bridge {
  readonly url: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #tally: Tally;
  #service: Service | null = null;

  constructor(
    readonly name: string,
    port: number,
    env: Readonly<Record<string, string>>,
    tally: Tally,
  ) {
    this.url = `http://127.0.0.1:${port}`;
    this.#env = { ...env, PORT: String(port) };
    this.#tally = tally;
  }

  async start(): Promise<void> {
    this.#service = await startService(this.#env);
  }

  get service(): Service {
    if (this.#service === null) throw new Error(`${this.name} does not run`);
    return this.#service;
  }

  get isRunning(): boolean {
    return this.#service !== null;
  }

  /** How it shares the tenants, as it said last; null before. */
  get share(): { readonly replicas: number; readonly tenants: number } | null {
    type ShareLine = Service['lines'][number] & { readonly replicas?: number; readonly tenants?: number };
    const line = this.service.lines.findLast(({ msg }) =>
      msg.startsWith('tenants polled here: '),
    ) as ShareLine;
    return line === undefined ? null : { replicas: line.replicas!, tenants: line.tenants! };
  }

  /** SIGKILL, and resolves when it is gone. */
  async kill(): Promise<void> {
    const { service } = this;
    this.#service = null;
    this.#tally.kinds.sigkill += 1;
    await service.stop('SIGKILL');
  }

  /** Asks it to end, and resolves with its exit code. */
  async terminate(): Promise<number | null> {
    const { service } = this;
    const code = await service.stop('SIGTERM');
    this.#service = null;
    return code;
  }

  /** Whatever state it is in. */
  async end(): Promise<void> {
    await this.#service?.stop('SIGKILL');
    this.#service = null;
  }
}
