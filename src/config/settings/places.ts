/** Problems of a document, each with its place: `tenants[2].baseUrl must be …`. */
export function problemsOf(issues: readonly Issue[]): string[] {
  return issues.map(({ path, message }) => {
    const place = placeOf(path);
    return place === '' ? message : `${place.replace(/^\./, '')} ${message}`;
  });
}

/** Where a value is below another: `[2].baseUrl`, or nothing for the other itself. */
export function placeOf(path: readonly PropertyKey[]): string {
  return path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}
