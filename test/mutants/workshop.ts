import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../support/root.js';
import type { JestRun } from './mutant.js';

/** What a unit spec needs of the checkout, apart from the packages. */
const PARTS = [
  'src',
  'simulator',
  'bench',
  'test',
  'client',
  'web',
  'tools',
  'package.json',
  'jest.config.mjs',
  'tsconfig.json',
  // The published examples of signatures.
  'docs/webhook-vectors.json',
];

/** Longer than jest lets one test wait, also on a busy machine: past it a broken rule has made a loop endless. */
const MOST_MS = 300_000;

/** A copy of the checkout in a temporary folder, in which one source at a time is changed. The checkout stays as it is. */
export class Workshop {
  readonly #folder = mkdtempSync(join(tmpdir(), 'pitel-mutant-'));

  constructor() {
    const checkout = fileURLToPath(ROOT);
    for (const part of PARTS)
      cpSync(join(checkout, part), join(this.#folder, part), {
        recursive: true,
        filter: (path) => !/[\\/](node_modules|dist)$/.test(path),
      });
    symlinkSync(join(checkout, 'node_modules'), join(this.#folder, 'node_modules'), 'junction');
  }

  /** Runs the specs with the source in place of the file's own, which is put back. Null where that took too long. */
  async test(
    specs: readonly string[],
    changed: { file: string; source: string } | null,
  ): Promise<JestRun | null> {
    if (changed === null) return this.#jest(specs);
    const path = join(this.#folder, changed.file);
    const before = readFileSync(path, 'utf8');
    writeFileSync(path, changed.source);
    try {
      return await this.#jest(specs);
    } finally {
      writeFileSync(path, before);
    }
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #jest(specs: readonly string[]): Promise<JestRun | null> {
    const report = join(this.#folder, 'report.json');
    rmSync(report, { force: true });
    const jest = spawn(
      process.execPath,
      [
        '--experimental-vm-modules',
        '--disable-warning=ExperimentalWarning',
        'node_modules/jest/bin/jest.js',
        '--selectProjects=unit',
        '--runInBand',
        '--json',
        `--outputFile=${report}`,
        '--runTestsByPath',
        ...specs,
      ],
      { cwd: this.#folder, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let complaint = '';
    jest.stderr
      .setEncoding('utf8')
      .on('data', (text: string) => (complaint = (complaint + text).slice(-4_000)));
    const limit = setTimeout(() => jest.kill('SIGKILL'), MOST_MS * specs.length);
    const signal = await new Promise<NodeJS.Signals | null>((resolve, reject) => {
      jest.once('error', reject);
      jest.once('close', (_, ended) => resolve(ended));
    });
    clearTimeout(limit);
    if (signal !== null) return null;
    try {
      return JSON.parse(readFileSync(report, 'utf8')) as JestRun;
    } catch {
      throw new Error(`jest wrote no report: ${complaint.trim()}`);
    }
  }
}
