import { resolve } from 'node:path';
import { readFailure, type ReadText } from '../secrets/read-text.js';

/** What the values of a configuration file may refer to. */
export interface References {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly readText: ReadText;
  /** Where relative paths begin. */
  readonly folder: string;
}

export type Kind = 'plain' | 'Env' | 'File';

/** The text itself, of an environment variable, or of a file, without white space around it; or what is wrong. */
export function referred(
  kind: Kind,
  given: string,
  { env, readText, folder }: References,
): { readonly text: string } | { readonly problem: string } {
  if (kind === 'plain') return { text: given.trim() };
  if (kind === 'Env') {
    // The file gives the name, which may be that of an inherited property such as `constructor`.
    const text = Object.hasOwn(env, given) ? env[given]?.trim() : undefined;
    return text ? { text } : { problem: 'names a variable that is not set' };
  }
  try {
    return { text: readText(resolve(folder, given)).trim() };
  } catch (error) {
    return { problem: readFailure(error) };
  }
}
