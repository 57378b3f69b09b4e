import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * A file or folder of the installation, by its path there. It begins where `package.json` is: above the sources, the compiled files
 * and the bundle, which lie at different depths.
 *
 * @throws where no folder above this file has one
 */
export function installed(path: string): string {
  for (let folder = new URL('.', import.meta.url); ; folder = new URL('..', folder)) {
    if (existsSync(new URL('package.json', folder))) return fileURLToPath(new URL(path, folder));
    if (folder.href === new URL('..', folder).href) throw new Error('the installation has no package.json');
  }
}
