import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from './root.js';

/** Another build of the bridge, beside the one under test (`npm test` builds first). */
export interface Build {
  /** Its `main.js`. */
  readonly main: string;
  readonly format: number;
  remove(): Promise<void>;
}

const FORM = /(STORED_FORM = \{ format: )(\d+)(, migrations: \[)(.*)(\] \};)/;

/** The build after this one: the same, but that it stores states in the next format and knows how to come there. */
export async function makeNextBuild(): Promise<Build> {
  const path = (name: string) => fileURLToPath(new URL(name, ROOT));
  const folder = await mkdtemp(path('dist/build-'));
  await cp(path('dist/src'), join(folder, 'src'), { recursive: true });

  const formats = join(folder, 'src/store/stored/formats.js');
  const text = await readFile(formats, 'utf8');
  const format = Number(FORM.exec(text)?.[2]) + 1;
  const next = text.replace(FORM, `$1${format}$3$4, (stored) => [stored]$5`);
  if (next === text) throw new Error('the build under test says nowhere which format it writes');
  await writeFile(formats, next);
  return {
    main: join(folder, 'src/main.js'),
    format,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
