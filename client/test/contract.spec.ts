import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { EVENT_TYPES } from '../../src/core/model/event.js';
import * as client from '../src/contract.js';

const comparison = fileURLToPath(new URL('./contract-types.ts', import.meta.url));

function complaints(text: string): string[] {
  const configPath = fileURLToPath(new URL('../tsconfig.json', import.meta.url));
  const config = ts.getParsedCommandLineOfConfigFile(
    configPath,
    { noEmit: true },
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (problem) => fail(problem) },
  )!;
  const host = ts.createCompilerHost(config.options);
  const read = host.readFile.bind(host);
  host.readFile = (path) => (path === comparison ? text : read(path));
  const program = ts.createProgram([comparison], config.options, host);
  return program
    .getSemanticDiagnostics(program.getSourceFile(comparison))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

function fail(problem: ts.Diagnostic): never {
  throw new Error(ts.flattenDiagnosticMessageText(problem.messageText, '\n'));
}

describe("the client's types", () => {
  const text = readFileSync(comparison, 'utf8');

  it("are the server's", () => {
    expect(complaints(text)).toEqual([]);
    expect(client.EVENT_TYPES).toEqual(EVENT_TYPES);
  });

  it('would be noticed to differ in a single field', () => {
    const drifted = text.replace(
      'server.CallView>',
      "Omit<server.CallView, 'waitMs'> & { waitMs?: number | null }>",
    );
    expect(complaints(drifted)).toHaveLength(1);
  });
});
