import { readdirSync, readFileSync } from 'node:fs';
// Only the models: the client around them does not load on Node 20.
import * as kubernetes from '@kubernetes/client-node/dist/gen/models/all.js';
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

interface Attribute {
  readonly baseName: string;
  readonly type: string;
}

/** The fields that the API does not know, by their path: Kubernetes would refuse or, worse, drop them. */
export function unknownFields(value: unknown, type: string, path = ''): string[] {
  if (Array.isArray(value)) {
    const item = /^(?:Array<|Set<)(.*)>$/.exec(type)?.[1] ?? type;
    return value.flatMap((entry, index) => unknownFields(entry, item, `${path}[${index}]`));
  }
  const model = (kubernetes as unknown as Record<string, { attributeTypeMap?: Attribute[] }>)[type];
  if (model?.attributeTypeMap === undefined || typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, field]) => {
    const attribute = model.attributeTypeMap!.find(({ baseName }) => baseName === name);
    const where = `${path}.${name}`;
    return attribute === undefined ? [where] : unknownFields(field, attribute.type, where);
  });
}
