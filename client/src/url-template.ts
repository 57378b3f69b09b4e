import type { CallView } from './contract.js';

/**
 * `https://crm.example/search?phone={customer.e164|customer.raw}`: each `{…}` names a field of the call, alternatives
 * are separated by `|`, and the first that has a value counts; none is empty text.
 *
 * Guarantees: a value is URL-encoded and stays one path segment or one parameter's value, because what a caller puts
 * into a caller id is not to be trusted; the address is http or https; and its origin is what the template says, whatever
 * the call is. A template that breaks this is refused when it is made, with a TypeError.
 */
export class UrlTemplate {
  constructor(
    private readonly template: string,
    private readonly base: string | undefined,
  ) {
    const [one, another] = ['a', 'b'].map(
      (text) =>
        new URL(
          this.fill(() => text),
          base,
        ),
    );
    if (one!.protocol !== 'http:' && one!.protocol !== 'https:') {
      throw new TypeError('a pop may only open an http, https or relative address');
    }
    if (
      one!.origin !== another!.origin ||
      one!.username !== another!.username ||
      one!.password !== another!.password
    ) {
      throw new TypeError('a template may not take its origin from the call');
    }
  }

  /** An absolute address. */
  url(call: CallView): string {
    return new URL(
      this.fill((names) => firstValue(call, names.split('|'))),
      this.base,
    ).href;
  }

  private fill(value: (names: string) => string): string {
    return this.template.replace(/\{([^{}]*)\}/g, (_, names: string) => encode(value(names)));
  }
}

/** `.` and `..` survive every encoding and would move up in the path. */
function encode(text: string): string {
  if (text === '.' || text === '..') return '';
  // Half a surrogate pair cannot be encoded at all.
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\uFFFD'));
}

function firstValue(call: CallView, paths: readonly string[]): string {
  for (const path of paths) {
    const value = path.trim().split('.').reduce<unknown>(own, call);
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  }
  return '';
}

function own(parent: unknown, name: string): unknown {
  return typeof parent === 'object' && parent !== null && Object.hasOwn(parent, name)
    ? (parent as Record<string, unknown>)[name]
    : undefined;
}
