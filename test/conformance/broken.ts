import type { Rule } from './rules.js';

/** What a consumer did instead of what the rule asks for. */
export class Broken extends Error {
  constructor(
    readonly rule: Rule,
    readonly expected: string,
    readonly came: string,
  ) {
    super(`${rule.name}: expected ${expected}; came ${came}`);
  }
}
