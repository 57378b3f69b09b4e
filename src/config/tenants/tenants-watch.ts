import { stat } from 'node:fs/promises';
import type { Logger } from 'pino';
import { type ReadText, readUtf8 } from '../secrets/read-text.js';
import type { TenantDirectory, TenantsChange } from './tenant-directory.js';
import type { TenantsFileResult } from './tenants-file.js';

/**
 * Follows the tenants' file, and every file that it refers to, for as long as the process runs.
 *
 * It looks instead of being notified: a rename by an editor, a symbolic link that Kubernetes swaps and a file on NFS are
 * all the same then. A look compares what the file system says of each file and reads nothing. What has changed is read
 * when it looks the same at two looks in a row, so that a file is not taken while it is being written; `readNow`
 * does not wait.
 *
 * Guarantees: a file that is refused changes nothing, and its reasons are logged once, until they change; texts that are
 * as they were are not parsed again; looks never overlap, and take no more than a twentieth of the time.
 */
export class TenantsWatch {
  readonly #deps: WatchDeps;
  /** What was read last, by path. Without a print where it was read while it might have been changing. */
  #known = new Map<string, Known>();
  /** What the look before found changed; empty when nothing. */
  #unsettled = '';
  #problems: readonly string[] = [];
  #turn: Promise<void> = Promise.resolve();
  #cancel: () => void = () => undefined;
  #stopped = false;

  constructor(deps: WatchDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#plan(LOOK_MS);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  /** Reads everything again, at once. Resolves when that has been taken over or refused; does not reject. */
  readNow(): Promise<void> {
    return this.#enqueue(true);
  }

  /** How many problems the file has that is refused now; 0 while the file is the one in effect. */
  get problems(): number {
    return this.#problems.length;
  }

  #plan(delayMs: number): void {
    this.#cancel();
    if (this.#stopped) return;
    this.#cancel = this.#deps.after(delayMs, () => void this.#enqueue(false));
  }

  #enqueue(atOnce: boolean): Promise<void> {
    this.#turn = this.#turn.then(async () => {
      const from = this.#deps.clock();
      try {
        await this.#look(atOnce);
      } catch (error) {
        this.#deps.log.error({ reason: String(error) }, 'the tenants could not be changed');
      }
      this.#plan(Math.max(LOOK_MS, (this.#deps.clock() - from) * IDLE_PER_LOOK));
    });
    return this.#turn;
  }

  async #look(atOnce: boolean): Promise<void> {
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

  #accept({ added, altered, removed }: TenantsChange): void {
    const { log } = this.#deps;
    const wasRefused = this.#problems.length > 0;
    this.#problems = [];
    if (added.length + altered.length + removed.length > 0) {
      const ids = { added: added.map(idOf), removed, altered: altered.map(idOf) };
      const counts = Object.entries(ids).map(([what, of]) => `${of.length} ${what}`);
      const named = Object.entries(ids).map(([what, of]) => [what, of.slice(0, NAMED)]);
      log.info(Object.fromEntries(named), `tenants changed: ${counts.join(', ')}`);
    } else if (wasRefused) log.info('the tenants file is accepted again, nothing changed');
  }

  #refuse(problems: readonly string[]): void {
    const isTold = problems.join('\n') === this.#problems.join('\n');
    this.#problems = problems;
    if (isTold) return;
    this.#deps.log.warn(
      { problems: problems.slice(0, NAMED), count: problems.length },
      'the tenants file is refused; the tenants stay as they were',
    );
  }
}

export interface WatchDeps {
  readonly file: TenantsFile;
  readonly directory: TenantDirectory;
  readonly files: WatchedFiles;
  /** Milliseconds that only grow. */
  readonly clock: () => number;
  /** Calls back once; returns how to not. */
  readonly after: (delayMs: number, run: () => void) => () => void;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
}

/** The file of `TENANTS_FILE`, which may be read again and again. */
export interface TenantsFile {
  readonly path: string;
  readonly read: (readText: ReadText) => TenantsFileResult;
}

export interface WatchedFiles {
  /** Differs whenever the file does. Does not reject. */
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

/** As coarse as the coarsest file system's clock: what is written after a settled look has another time. */
const LOOK_MS = 1_000;
const IDLE_PER_LOOK = 20;
/** Files asked about at once; Node has four threads for it. */
const AT_ONCE = 64;
/** Of what changed or is wrong, in one line of the log. */
const NAMED = 20;
