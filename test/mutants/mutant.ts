/**
 * One rule broken on purpose. A mutant that its spec does not notice is a rule that a later change may break as silently.
 */
export interface Mutant {
  /** The source, from the project's folder. */
  readonly file: string;
  /** The exact text, found once in the source, and what is there instead. */
  readonly text: string;
  readonly mutated: string;
  /** The spec beside the rule, which must fail. */
  readonly spec: string;
  /** What goes wrong for those who use the bridge when the rule is broken so. */
  readonly why: string;
}

type Row = readonly [text: string, mutated: string, why: string];

/** The mutants of one source that one spec must kill. */
export function mutantsOf(file: string, spec: string, rows: readonly Row[]): Mutant[] {
  return rows.map(([text, mutated, why]) => ({ file, spec, text, mutated, why }));
}

/** The mutated source; null where the mutant does not apply: its text is not there, or more than once, or stays as it is. */
export function mutate(source: string, { text, mutated }: Mutant): string | null {
  const at = source.indexOf(text);
  if (text === mutated || at === -1 || source.includes(text, at + 1)) return null;
  return source.slice(0, at) + mutated + source.slice(at + text.length);
}

/** What came of a run of jest with a mutant; `by` names the first test that failed. */
export type Verdict =
  | { readonly outcome: 'killed'; readonly by: string }
  | { readonly outcome: 'lived' }
  | { readonly outcome: 'not applicable'; readonly because: string };

/** The part of jest’s JSON that decides the verdict. */
export interface JestRun {
  readonly success: boolean;
  readonly numTotalTests: number;
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/**
 * A source that does not even load says nothing about the spec: such a mutant is not applicable, and no kill.
 *
 * @param run null where jest was ended because it took too long, as with a rule whose breach makes a loop endless
 */
export function verdictOf(run: JestRun | null): Verdict {
  if (run === null) return { outcome: 'killed', by: 'it ran too long' };
  if (run.numRuntimeErrorTestSuites > 0 || run.numTotalTests === 0) {
    const message = run.testResults[0]?.message.trim().split('\n')[0] ?? 'no test ran';
    return { outcome: 'not applicable', because: `the spec does not load: ${message}` };
  }
  if (run.success) return { outcome: 'lived' };
  const failed = run.testResults.flatMap(({ assertionResults }) => assertionResults);
  return { outcome: 'killed', by: failed.find(({ status }) => status === 'failed')?.fullName ?? 'its spec' };
}
