import { appendFile, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Time } from '../../base/clock.js';
import type { Instant } from '../../core/model/observation.js';

/**
 * The files of one tenant's capture: `<tenant>-<instant>.ndjson`, the newest being written.
 *
 * Guarantees: readable by this user only (0600, a new directory 0700); a file is closed with the write that reaches
 * `maxBytes`; at most `maxFiles` of the tenant are kept, the oldest go first, also those of earlier processes. No file
 * is open between writes. Not guaranteed: that a write that failed left nothing behind.
 */
export class CaptureFiles {
  readonly #options: CaptureFilesOptions;
  readonly #ours: RegExp;
  #path: string | null = null;
  #bytes = 0;
  #last: Instant = 0;

  constructor(options: CaptureFilesOptions) {
    this.#options = options;
    this.#ours = new RegExp(`^${options.tenant}-\\d{8}T\\d{9}Z\\.ndjson$`);
  }

  /** Whether the next write begins a file, which then has to be readable by itself. */
  get beginsFile(): boolean {
    return this.#path === null;
  }

  async append(text: string): Promise<void> {
    const path = (this.#path ??= await this.#begin());
    await appendFile(path, text, { mode: 0o600 });
    this.#bytes += Buffer.byteLength(text);
    if (this.#bytes >= this.#options.maxBytes) this.#path = null;
  }

  async #begin(): Promise<string> {
    const { directory, tenant, time, maxFiles } = this.#options;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const names = (await readdir(directory)).filter((name) => this.#ours.test(name)).sort();
    for (const name of names.slice(0, Math.max(0, names.length - maxFiles + 1))) {
      await rm(join(directory, name), { force: true });
    }
    this.#last = Math.max(time.now(), this.#last + 1);
    this.#bytes = 0;
    const stamp = new Date(this.#last).toISOString().replace(/[-:.]/g, '');
    const path = join(directory, `${tenant}-${stamp}.ndjson`);
    // Fails where the file exists: two writers would make it unreadable.
    await appendFile(path, '', { flag: 'ax', mode: 0o600 });
    return path;
  }
}

export interface CaptureFilesOptions {
  readonly directory: string;
  /** The tenant's id: lower-case letters, digits and hyphens. */
  readonly tenant: string;
  readonly maxBytes: number;
  readonly maxFiles: number;
  readonly time: Pick<Time, 'now'>;
}
