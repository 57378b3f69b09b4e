import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';

/** Returns a file's text, or throws as `readFileSync` does. */
export type ReadText = (path: string) => string;

/** Reads a file of up to `MAX_FILE_BYTES`; throws for a larger one. */
export function readUtf8(path: string): string {
  const file = openSync(path, 'r');
  try {
    if (fstatSync(file).size > MAX_FILE_BYTES)
      throw Object.assign(new Error('the file is too large'), { code: 'larger than 8 MiB' });
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

/** Three times what 10,000 tenants take with every field set. */
const MAX_FILE_BYTES = 8 * 1024 * 1024;

/** A `ReadText` for callers without files. */
export function noFiles(): never {
  throw Object.assign(new Error('no access to files'), { code: 'no access to files' });
}

/** Why reading failed, without the path and the file's content. */
export function readFailure(error: unknown): string {
  return `cannot be read (${failureCode(error)})`;
}

export function isAbsent(error: unknown): boolean {
  return failureCode(error) === 'ENOENT';
}

/** The error's `code`: its message names the path. */
function failureCode(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'unknown error';
}
