import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import ts from 'typescript';
import { parseAllDocuments } from 'yaml';

/** What came out of YAML. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Loose = any;

/** A Kubernetes object as it is written, loosely typed: what it may be is what the tests find out. */
export interface Manifest {
  readonly file: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Record<string, string> };
  readonly spec?: Loose;
}

/** Every object in the YAML files of a folder, kustomizations left out. @throws where YAML is malformed */
export function readManifests(folder: string): Manifest[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml')
    .flatMap((name) =>
      parseAllDocuments(readFileSync(`${folder}/${name}`, 'utf8'), { strict: true }).map((document) => {
        const [problem] = 'errors' in document ? document.errors : [];
        if (problem !== undefined) throw new Error(`${name}: ${problem.message}`);
        return { ...(document.toJS() as Manifest), file: name };
      }),
    );
}

/** The module of `kubernetes-models` that has the types and schemas of this version of an API. */
export function modelsOf(apiVersion: string): string {
  return `kubernetes-models/${apiVersion}`;
}

/**
 * What the compiler says against the objects, each written as a literal of its type: above all the fields that the API does
 * not know, which Kubernetes would refuse or, worse, drop. The schemas of `kubernetes-models` let them pass, its types do not.
 */
export function unknownFields(objects: readonly Omit<Manifest, 'file'>[]): string[] {
  const sources = new Map(
    objects.map(({ apiVersion, kind, ...rest }, index) => [
      resolve(`manifest-${index}.ts`),
      `import type { I${kind} } from '${modelsOf(apiVersion)}';
       export const object: I${kind} = ${JSON.stringify({ apiVersion, kind, ...rest })};`,
    ]),
  );
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    target: ts.ScriptTarget.ES2023,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const fromDisk = host.getSourceFile.bind(host);
  host.getSourceFile = (name, ...others) => {
    const text = sources.get(resolve(name));
    return text === undefined ? fromDisk(name, ...others) : ts.createSourceFile(name, text, others[0]);
  };
  const program = ts.createProgram([...sources.keys()], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}
