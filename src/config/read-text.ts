import { readFileSync } from 'node:fs';

/** Returns a file's text, or throws as `readFileSync` does. */
export type ReadText = (path: string) => string;

export function readUtf8(path: string): string {
  return readFileSync(path, 'utf8');
}

/** For callers that have no files to give. */
export function noFiles(): never {
  throw Object.assign(new Error('no access to files'), { code: 'no access to files' });
}

/** Why reading failed, without the path and without what the file holds. */
export function readFailure(error: unknown): string {
  return `cannot be read (${failureCode(error)})`;
}

export function isAbsent(error: unknown): boolean {
  return failureCode(error) === 'ENOENT';
}

/** The error's `code` and not its message, which names the path. */
function failureCode(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'unknown error';
}
