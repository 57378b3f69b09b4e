/**
 * Builds the pages, as static files that the bridge serves. Addresses are relative, so that they work under any path; nothing
 * is inlined, because the Content-Security-Policy lets nothing inline run. What has its content's hash in its name may be
 * kept by browsers for good.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { licenses } from '../tools/licenses.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = `${root}dist/web`;
/** The pages, by what begins in them. */
const PAGES = {
  index: 'web/src/wallboard.tsx',
  callbacks: 'web/src/callbacks.tsx',
  reports: 'web/src/reports.tsx',
  pop: 'web/src/pop.tsx',
  webhooks: 'web/src/webhooks.tsx',
};

rmSync(folder, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: PAGES,
  outdir: folder,
  entryNames: 'assets/[name]-[hash]',
  chunkNames: 'assets/[name]-[hash]',
  // The client package as its source: the pages are built with it, not after it.
  alias: {
    '@pitel-event-bridge/client': resolve(root, 'client/src/index.ts'),
    '@pitel-event-bridge/client/element': resolve(root, 'client/src/element.ts'),
  },
  bundle: true,
  splitting: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  charset: 'utf8',
  legalComments: 'none',
  tsconfig: 'web/tsconfig.json',
  metafile: true,
  logLevel: 'warning',
});
const outputs = Object.entries(metafile.outputs);
for (const [page, entryPoint] of Object.entries(PAGES)) {
  const [script, { cssBundle }] = outputs.find(([, output]) => output.entryPoint === entryPoint);
  const head = [
    `<script type="module" src="${address(script)}"></script>`,
    ...importsOf(script).map((chunk) => `<link rel="modulepreload" href="${address(chunk)}">`),
    `<link rel="stylesheet" href="${address(cssBundle)}">`,
  ];
  const html = readFileSync(`${root}web/${page}.html`, 'utf8');
  const source = /^ *<script type="module" src="[^"]*"><\/script>$/m;
  if (!source.test(html)) throw new Error(`web/${page}.html has no place for its script`);
  writeFileSync(`${folder}/${page}.html`, html.replace(source, head.map((line) => `    ${line}`).join('\n')));
}
const bundled = outputs.flatMap(([, { inputs }]) =>
  Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
);
writeFileSync(`${folder}/licenses.txt`, licenses(bundled.map((file) => resolve(root, file))));

function address(output) {
  return `./assets/${basename(output)}`;
}

/** The chunks that a script cannot begin without, and those that they cannot, to be loaded at once: of empty ones there is nothing. */
function importsOf(script, found = new Set()) {
  for (const { path, kind } of metafile.outputs[script].imports) {
    if (kind !== 'import-statement' || found.has(path) || metafile.outputs[path].bytes === 0) continue;
    found.add(path);
    importsOf(path, found);
  }
  return [...found];
}
