import type { z } from 'zod';
import { readFailure, type ReadText } from '../secrets/read-text.js';
import { parseDocumentText } from '../tenants/tenants-document.js';
import { problemsOf } from './places.js';

export type Contents<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Reads a file in YAML or JSON that has a form. What is wrong with it is named as a whole, with the places, and never with a value
 * that stands there.
 */
export function readContents<Shape extends z.ZodType>(
  path: string,
  readText: ReadText,
  shape: Shape,
): Contents<z.infer<Shape>> {
  let text: string;
  try {
    text = readText(path);
  } catch (error) {
    return { ok: false, problems: [readFailure(error)] };
  }
  const document = parseDocumentText(text);
  if ('problem' in document) return { ok: false, problems: [document.problem] };
  const parsed = shape.safeParse(document.value);
  return parsed.success
    ? { ok: true, value: parsed.data }
    : { ok: false, problems: problemsOf(parsed.error.issues) };
}
