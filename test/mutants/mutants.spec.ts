import { existsSync, readFileSync } from 'node:fs';
import { ROOT } from '../support/root.js';
import { type JestRun, type Mutant, mutate, verdictOf } from './mutant.js';
import { MUTANTS } from './mutants.js';

describe('the table of mutants', () => {
  it('has enough rows, each of them once', () => {
    expect(MUTANTS.length).toBeGreaterThanOrEqual(60);
    const rows = MUTANTS.map(({ file, text, mutated }) => JSON.stringify([file, text, mutated]));
    expect(new Set(rows).size).toBe(rows.length);
  });

  it.each([...new Set(MUTANTS.map(({ file }) => file))])('applies to %s as it is today', (file) => {
    const source = readFileSync(new URL(file, ROOT), 'utf8');
    const own = MUTANTS.filter((mutant) => mutant.file === file);
    expect(own.filter((mutant) => mutate(source, mutant) === null).map(({ text }) => text)).toEqual([]);
  });

  it('names specs that are there, run without Redis and browser, and say why each rule matters', () => {
    for (const { spec, why } of MUTANTS) {
      expect(spec).toMatch(/(?<!\.system)\.spec\.ts$/);
      expect(existsSync(new URL(spec, ROOT))).toBe(true);
      expect(why.length).toBeGreaterThan(20);
    }
  });
});

describe('a mutant', () => {
  const mutant: Mutant = {
    file: 'a.ts',
    text: 'a < b',
    mutated: 'a <= b',
    spec: 'a.spec.ts',
    why: 'a reason',
  };

  it('changes its text and nothing else', () => {
    expect(mutate('if (a < b) $& return;', { ...mutant, mutated: '$& <= b' })).toBe(
      'if ($& <= b) $& return;',
    );
  });

  it.each([
    ['not there', 'if (a > b) return;'],
    ['there twice', 'a < b; a < b'],
    ['there twice, overlapping', 'a < b'.replace('a', 'a < b a')],
  ])('does not apply where its text is %s', (_, source) => {
    expect(mutate(source, mutant)).toBeNull();
  });

  it('does not apply where it changes nothing', () => {
    expect(mutate('a < b', { ...mutant, mutated: 'a < b' })).toBeNull();
  });
});

describe('the verdict', () => {
  const result = (status: string, fullName: string) => ({
    message: '',
    assertionResults: [{ status, fullName }],
  });
  const run = (given: Partial<JestRun>): JestRun => ({
    success: true,
    numTotalTests: 1,
    numRuntimeErrorTestSuites: 0,
    testResults: [result('passed', 'adds')],
    ...given,
  });

  it('is lived when every test passes', () => {
    expect(verdictOf(run({}))).toEqual({ outcome: 'lived' });
  });

  it('is killed by the first test that fails, or when the tests do not end', () => {
    const testResults = [
      result('passed', 'adds'),
      result('failed', 'subtracts'),
      result('failed', 'divides'),
    ];
    expect(verdictOf(run({ success: false, testResults }))).toEqual({ outcome: 'killed', by: 'subtracts' });
    expect(verdictOf(null)).toEqual({ outcome: 'killed', by: 'it ran too long' });
  });

  it('is no kill when the mutated source does not load, or nothing ran', () => {
    const testResults = [{ message: '\nSyntaxError: Unexpected token\nat line 1', assertionResults: [] }];
    expect(
      verdictOf(run({ success: false, numRuntimeErrorTestSuites: 1, numTotalTests: 0, testResults })),
    ).toEqual({
      outcome: 'not applicable',
      because: 'the spec does not load: SyntaxError: Unexpected token',
    });
    expect(verdictOf(run({ numTotalTests: 0, testResults: [] }))).toEqual({
      outcome: 'not applicable',
      because: 'the spec does not load: no test ran',
    });
  });
});
