import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClientBundles } from '../docs/client-tag.js';
import { installed } from '../base/installed.js';

/** A file as it is served, in each form that a client may accept. */
export interface ClientFile {
  readonly mediaType: string;
  readonly bytes: Readonly<Record<ClientCoding, Buffer>>;
}

export type ClientCoding = 'br' | 'gzip' | 'identity';

/** The client package's bundles, as `client/bundle.mjs` builds them: all in memory, about 100 KB a version. */
export interface BuiltClient {
  readonly newest: ClientBundles;
  /** By name, of the newest version and of released ones. */
  readonly files: ReadonlyMap<string, ClientFile>;
}

/** Null where nothing was built. Throws where the folder is not as a build leaves it. */
export function readBuiltClient(folder = installed('dist/client-files')): BuiltClient | null {
  const list = join(folder, 'client.json');
  if (!existsSync(list)) return null;
  const newest = JSON.parse(readFileSync(list, 'utf8')) as ClientBundles;
  const files = new Map<string, ClientFile>();
  for (const name of readdirSync(folder)) {
    const mediaType = MEDIA_TYPES.find(([end]) => name.endsWith(end))?.[1];
    if (mediaType === undefined) continue;
    const read = (end: string) => readFileSync(join(folder, name + end));
    files.set(name, { mediaType, bytes: { br: read('.br'), gzip: read('.gz'), identity: read('') } });
  }
  return { newest, files };
}

const MEDIA_TYPES: readonly (readonly [end: string, mediaType: string])[] = [
  ['.js', 'text/javascript; charset=utf-8'],
  ['.licenses.txt', 'text/plain; charset=utf-8'],
];
