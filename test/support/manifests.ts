import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import ts from 'typescript';
import { parseAllDocuments } from 'yaml';

/** What came out of YAML. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Loose = any;

/** A Kubernetes object as it is written, loosely typed, because the tests check its type. */
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

/**
 * Checks the objects by the types of Kubernetes' API: the compiler reads each as a literal of its type. It finds fields
 * that are missing or of another type and, above all, fields that the API does not know, which Kubernetes would refuse or
 * drop.
 */
export function misfits(manifests: readonly Manifest[]): string[] {
  const objects = manifests.map(({ file: _file, ...object }) => object);
  const sources = new Map(
    objects.map(({ apiVersion, kind, ...rest }, index) => [
      resolve(`manifest-${index}.ts`),
      `import type { ${kind} } from '${typesOf(apiVersion)}';
       export const object: ${kind} = ${JSON.stringify({ apiVersion, kind, ...rest })};`,
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
  const said = ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
  return [...said, ...objects.flatMap((object) => strangeValues(object))];
}

/** `networking.k8s.io/v1` is the folder `networking/v1`; what has no group is `core`. */
function typesOf(apiVersion: string): string {
  const [version, group = 'core'] = apiVersion.split('/').reverse();
  return `kubernetes-types/${group.split('.')[0]}/${version}.js`;
}

/** What types do not say: the numbers of the manifests' fields are whole, and a quantity has a form. */
function strangeValues(value: unknown, path = ''): string[] {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? [] : [`${path} is not whole: ${value}`];
  if (typeof value === 'string' && /\.(limits|requests)\.\w+$|\.sizeLimit$/.test(path)) {
    return QUANTITY.test(value) ? [] : [`${path} is no quantity: ${value}`];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => strangeValues(inner, `${path}.${name}`));
}

/** The pattern that Kubernetes documents. */
const QUANTITY = /^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$/;
