import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import ts from 'typescript';

const run = promisify(execFile);
const CLIENT = fileURLToPath(new URL('..', import.meta.url));
const MODULES = fileURLToPath(new URL('../../node_modules/', import.meta.url));
const NAME = '@pitel-event-bridge/client';

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

/** The package as `npm publish` would send it, installed beside what it depends on, in a project of somebody else. */
describe('the published package', () => {
  let project: string;
  let paths: readonly string[];

  beforeAll(async () => {
    project = await mkdtemp(join(tmpdir(), 'pitel-package-'));
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', project], { cwd: CLIENT });
    // What is printed before it is of the script that builds.
    const [packed] = JSON.parse(stdout.slice(stdout.indexOf('[\n'))) as [Packed];
    paths = packed.files.map(({ path }) => path);
    const installed = join(project, 'node_modules', NAME);
    await mkdir(installed, { recursive: true });
    await run('tar', ['xzf', join(project, packed.filename), '-C', installed, '--strip-components=1']);
    // By its real path, so that it finds what it depends on.
    const socketIo = await realpath(join(MODULES, 'socket.io-client'));
    await symlink(socketIo, join(project, 'node_modules/socket.io-client'));
  });
  afterAll(() => rm(project, { recursive: true, force: true }));

  const node = async (file: string, text: string) => {
    await writeFile(join(project, file), text);
    return JSON.parse((await run(process.execPath, [file], { cwd: project })).stdout) as unknown;
  };

  it('holds what it needs, and neither sources nor tests', () => {
    for (const path of [
      ...['package.json', 'README.md', 'LICENSE', 'element/package.json', 'dist/cjs/package.json'],
      ...['index', 'element'].flatMap((entry) =>
        ['', 'cjs/'].flatMap((format) => [`dist/${format}${entry}.js`, `dist/${format}${entry}.d.ts`]),
      ),
    ])
      expect(paths).toContain(path);
    const known =
      /^(package\.json|README\.md|LICENSE|element\/package\.json|dist\/(cjs\/)?[\w-]+\.(js|d\.ts))$/;
    expect(paths.filter((path) => !known.test(path))).toEqual(['dist/cjs/package.json']);
    expect(paths.filter((path) => /spec|bundle/.test(path))).toEqual([]);
  });

  const used = `
    const bridge = createBridge({ url: 'http://127.0.0.1:1', token: 't' });
    bridge.close().then(() => console.log(JSON.stringify([
      bridge.status.state, typeof screenPop, new HistoryError('x') instanceof Error, typeof definePitelPop,
    ])));`;
  const expected = ['closed', 'function', true, 'function'];

  it('works with import in Node', async () => {
    const imported = `import { createBridge, screenPop, HistoryError } from '${NAME}';
      import { definePitelPop } from '${NAME}/element';`;
    expect(await node('use.mjs', imported + used)).toEqual(expected);
  });

  it('works with require in Node, where both entries share their classes', async () => {
    const required = `const { createBridge, screenPop, HistoryError } = require('${NAME}');
      const { definePitelPop } = require('${NAME}/element');`;
    expect(await node('use.cjs', required + used)).toEqual(expected);
  });

  /** What a consumer writes; `bridge.calls.list` without types would be an error. */
  const source = `import { createBridge, type CallView } from '${NAME}';
    import { definePitelPop, type PitelPopElement } from '${NAME}/element';
    const calls: readonly CallView[] = createBridge({ url: 'https://b.example', token: 't' }).calls.list;
    export const pop = (): PitelPopElement | null => (definePitelPop(), document.querySelector('pitel-pop'));
    // @ts-expect-error -- there is no such option, so the types are really found
    createBridge({ url: 'https://b.example', token: 't', tokn: 1 });
    export default calls;\n`;

  it.each([
    ['node10', 'use.ts', { module: 'commonjs', moduleResolution: 'node10', ignoreDeprecations: '6.0' }],
    ['node16 in a module', 'use.mts', { module: 'node16', moduleResolution: 'node16' }],
    ['node16 in CommonJS', 'use.cts', { module: 'node16', moduleResolution: 'node16' }],
    ['nodenext in CommonJS', 'use.cts', { module: 'nodenext', moduleResolution: 'nodenext' }],
    ['bundler', 'use.ts', { module: 'esnext', moduleResolution: 'bundler' }],
  ])('has types for TypeScript’s %s', async (_, file, options) => {
    const path = join(project, file);
    await writeFile(path, source);
    const { options: asked } = ts.convertCompilerOptionsFromJson(
      {
        ...{
          target: 'es2022',
          lib: ['es2022', 'dom', 'dom.iterable'],
          types: [],
          strict: true,
          noEmit: true,
        },
        ...{ esModuleInterop: true, ...options },
      },
      project,
    );
    const host = ts.createCompilerHost(asked);
    const program = ts.createProgram([path], asked, { ...host, getCurrentDirectory: () => project });
    // The package's own declarations too, and with them which format each is of.
    const checked = program.getSourceFiles().filter((one) => !program.isSourceFileDefaultLibrary(one));
    expect(checked.length).toBeGreaterThan(5);
    const problems = [
      ...program.getOptionsDiagnostics(),
      ...program.getGlobalDiagnostics(),
      ...checked.flatMap((one) => [
        ...program.getSyntacticDiagnostics(one),
        ...program.getSemanticDiagnostics(one),
      ]),
    ];
    expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
  });

  it('keeps the element in a bundle, and drops what is not used', async () => {
    const bundle = async (contents: string) => {
      const { outputFiles } = await build({
        stdin: { contents, resolveDir: project },
        bundle: true,
        write: false,
        format: 'esm',
        logLevel: 'silent',
      });
      return outputFiles[0]!.text;
    };
    expect(await bundle(`import '${NAME}/element';`)).toContain('customElements.define');
    expect(await bundle(`import '${NAME}';`)).toBe('');
    expect(await bundle(`export { HistoryError } from '${NAME}';`)).not.toContain('customElements.define');
  });

  it('names files that are there to what does not read `exports`', async () => {
    for (const [folder, file] of [
      ['', 'package.json'],
      ['element', 'element/package.json'],
    ] as const) {
      const text = await readFile(join(project, 'node_modules', NAME, file), 'utf8');
      const { main, module, types } = JSON.parse(text) as Readonly<Record<string, string>>;
      for (const target of [main, module, types]) expect(paths).toContain(posix.join(folder, target!));
    }
  });

  it('can be published: what npm and its readers ask for is there', async () => {
    const description = await node(
      'about.cjs',
      `console.log(JSON.stringify(require('${NAME}/package.json')));`,
    );
    expect(description).toMatchObject({
      name: NAME,
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      license: 'MIT',
      repository: { type: 'git', directory: 'client' },
      publishConfig: { access: 'public' },
      keywords: expect.arrayContaining(['pitel', 'screen-pop']),
    });
    expect(description).not.toHaveProperty('private');
  });
});
