import { stat } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { Clock } from '../../base/clock.js';
import { type ReadText, readUtf8 } from '../secrets/read-text.js';
import type { TenantDirectory, TenantsChange } from './tenant-directory.js';
import type { TenantsFileResult } from './tenants-file.js';

/**
 * Follows the tenants' file, or those of the single tenant, and every file that they refer to, for as long as the process
 * runs.
 *
 * It checks the files regularly instead of using notifications, which treats a rename by an editor, a symbolic link
 * that Kubernetes swaps and a file on NFS alike. A check compares each file's metadata and reads no content. A changed
 * file is read when its metadata is the same in two checks in a row, so that a file is not taken while it is being
 * written; `readNow` does not wait.
 *
 * Guarantees: a file that is refused changes nothing, and its problems are logged once, until they change; unchanged
 * texts are not parsed again; checks never overlap, and take no more than a twentieth of the time.
 */
export class TenantsWatch {
  readonly #deps: WatchDeps;
  /** What was read last, by path. Without a print where the file may have been changing while it was read. */
  #known = new Map<string, Known>();
  /** What the last check found changed; empty when nothing. */
  #unsettled = '';
  #problems: readonly string[] = [];
  #turn: Promise<void> = Promise.resolve();
  #cancel: () => void = () => undefined;
  #stopped = false;

  constructor(deps: WatchDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#plan(CHECK_MS);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  /** Reads all files again, at once. Resolves when the result has been accepted or refused; does not reject. */
  readNow(): Promise<void> {
    return this.#enqueue(true);
  }

  /** How many problems the current file has; 0 while it is in effect. */
  get problems(): number {
    return this.#problems.length;
  }

  get holds(): TenantsFile['holds'] {
    return this.#deps.file.holds;
  }

  #plan(delayMs: number): void {
    this.#cancel();
    if (this.#stopped) return;
    this.#cancel = this.#deps.clock.after(delayMs, () => void this.#enqueue(false));
  }

  #enqueue(atOnce: boolean): Promise<void> {
    this.#turn = this.#turn.then(async () => {
      const from = this.#deps.clock.monotonic();
      try {
        await this.#check(atOnce);
      } catch (error) {
        this.#deps.log.error({ reason: String(error) }, `tenants change failed: ${String(error)}`);
      }
      this.#plan(Math.max(CHECK_MS, (this.#deps.clock.monotonic() - from) * IDLE_PER_CHECK));
    });
    return this.#turn;
  }

  async #check(atOnce: boolean): Promise<void> {
    const paths = new Set([this.#deps.file.path, ...this.#known.keys()]);
    const prints = await this.#prints([...paths]);
    if (this.#stopped) return;
    const changed = [...prints].filter(([path, print]) => atOnce || this.#known.get(path)?.print !== print);
    const signature = changed.map(([path, print]) => `${path} ${print}`).join('\n');
    const settled = atOnce || signature === this.#unsettled;
    this.#unsettled = settled ? '' : signature;
    if (changed.length === 0 || !settled) return;

    let isNew = false;
    for (const [path, print] of changed) {
      const text = this.#read(path);
      isNew ||= !isSameText(this.#known.get(path)?.text, text);
      this.#known.set(path, { print: atOnce ? null : print, text });
    }
    if (isNew) this.#takeOver();
  }

  async #prints(paths: readonly string[]): Promise<Map<string, string>> {
    const prints = new Map<string, string>();
    for (let from = 0; from < paths.length; from += AT_ONCE) {
      const some = paths.slice(from, from + AT_ONCE);
      const found = await Promise.all(some.map((path) => this.#deps.files.print(path)));
      some.forEach((path, index) => prints.set(path, found[index]!));
    }
    return prints;
  }

  #takeOver(): void {
    const asked = new Map<string, Known>();
    const result = this.#deps.file.read((path) => {
      const known = this.#known.get(path) ?? { print: null, text: this.#read(path) };
      asked.set(path, known);
      if (known.text instanceof Unreadable) throw known.text.error;
      return known.text;
    });
    this.#known = asked;
    if (result.ok) this.#accept(this.#deps.directory.replace(result.tenants));
    else this.#refuse(result.problems);
  }

  #read(path: string): string | Unreadable {
    try {
      return this.#deps.files.read(path);
    } catch (error) {
      return new Unreadable(error);
    }
  }

  #accept({ added, altered, rekeyed, rehooked, reruled, removed }: TenantsChange): void {
    const { log } = this.#deps;
    const wasRefused = this.#problems.length > 0;
    this.#problems = [];
    const changes = [added, altered, rekeyed, rehooked, reruled, removed];
    if (changes.some((tenants) => tenants.length > 0)) {
      const ids = {
        added: added.map(idOf),
        removed,
        altered: altered.map(idOf),
        ...(rekeyed.length > 0 && { rekeyed: rekeyed.map(idOf) }),
        ...(rehooked.length > 0 && { rehooked: rehooked.map(idOf) }),
        ...(reruled.length > 0 && { reruled: reruled.map(idOf) }),
      };
      const counts = Object.entries(ids).map(([what, of]) => `${of.length} ${what}`);
      const named = Object.entries(ids).map(([what, of]) => [what, of.slice(0, NAMED)]);
      log.info(Object.fromEntries(named), `tenants changed: ${counts.join(', ')}`);
    } else if (wasRefused) log.info(`${this.holds} file accepted again: nothing changed`);
  }

  #refuse(problems: readonly string[]): void {
    const isKnown = problems.join('\n') === this.#problems.join('\n');
    this.#problems = problems;
    if (isKnown) return;
    this.#deps.log.warn(
      { problems: problems.slice(0, NAMED), count: problems.length },
      `${this.holds} file refused: the ${this.holds} remain as they were`,
    );
  }
}

export interface WatchDeps {
  readonly file: TenantsFile;
  readonly directory: TenantDirectory;
  readonly files: WatchedFiles;
  readonly clock: Pick<Clock, 'monotonic' | 'after'>;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
}

/** The file of `TENANTS_FILE`, or those of the single tenant (`single-tenant-files.ts`); they can be read repeatedly. */
export interface TenantsFile {
  readonly holds: 'tenants' | 'webhooks' | 'desk' | 'webhooks and desk';
  /** Where reading begins: with the file itself, or the first of several. */
  readonly path: string;
  readonly read: (readText: ReadText) => TenantsFileResult;
}

export interface WatchedFiles {
  /** A text that differs whenever the file does. Does not reject. */
  readonly print: (path: string) => Promise<string>;
  /** @throws as `readFileSync` */
  readonly read: ReadText;
}

export const REAL_FILES: WatchedFiles = {
  print: async (path) => {
    try {
      const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
      return [dev, ino, size, mtimeNs, ctimeNs].join();
    } catch (error) {
      return String((error as NodeJS.ErrnoException).code);
    }
  },
  read: readUtf8,
};

interface Known {
  readonly print: string | null;
  readonly text: string | Unreadable;
}

class Unreadable {
  constructor(readonly error: unknown) {}
}

function isSameText(one: string | Unreadable | undefined, other: string | Unreadable): boolean {
  if (one instanceof Unreadable && other instanceof Unreadable) return codeOf(one) === codeOf(other);
  return one === other;
}

function codeOf({ error }: Unreadable): unknown {
  return (error as NodeJS.ErrnoException).code;
}

function idOf({ id }: { readonly id: string }): string {
  return id;
}

/** As coarse as the coarsest file system's clock, so that a write after a check changes the file's time. */
const CHECK_MS = 1_000;
const IDLE_PER_CHECK = 20;
/** How many files are checked at once; Node has four threads for it. */
const AT_ONCE = 64;
/** The most changes or problems in one log line. */
const NAMED = 20;
