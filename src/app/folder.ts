import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Finds a folder in the project's root: three levels above the compiled file, two above the source. */
export function folderOf(name: string): string {
  const folders = ['../../../', '../../'].map((up) => fileURLToPath(new URL(up + name, import.meta.url)));
  return folders.find((folder) => existsSync(folder)) ?? folders[0]!;
}
