import type { Environment } from '../tenants/tenant.js';
import type { VariableName } from './variables.js';

/** The variable's trimmed text; undefined when it is not set. Empty means not set. */
export function given(env: Environment, name: VariableName | 'NODE_ENV'): string | undefined {
  return env[name]?.trim() || undefined;
}

/** Returns those of the names that are set. */
export type SetOf = (...names: VariableName[]) => VariableName[];
/** Adds a warning for each of the names that it has no effect. */
export type Unused = (names: VariableName[], why: string) => void;
