/**
 * Builds what the bridge serves for pages without a build of their own, into `dist/client-files`: `<version>.js`, a module, and
 * `<version>.global.js`, a classic script, each with all that it needs and compressed beside it; the licences of what is
 * in them; and `client.json`, which names them with what a page writes into `integrity`.
 *
 * `<version>` is the package's version and the first digits of the content's hash, so that what a browser keeps for good
 * never changes. Whatever `client/released` holds is served too: a page that names a released version, with its hash,
 * goes on after the bridge was upgraded.
 */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { licenses } from '../tools/licenses.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = `${root}dist/client-files`;
const released = `${root}client/released`;

const options = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  write: false,
  metafile: true,
  // Chrome 109 is the last one for Windows 7 and 8.1.
  target: ['chrome109', 'edge109', 'firefox115', 'safari15.6'],
  charset: 'utf8',
  legalComments: 'none',
  tsconfig: 'client/tsconfig.json',
  plugins: [withoutUnused()],
  logLevel: 'warning',
};
const [module, classic] = await Promise.all([
  build({ ...options, entryPoints: ['client/src/bundle/module.ts'], format: 'esm' }),
  build({
    ...options,
    entryPoints: ['client/src/bundle/classic.ts'],
    format: 'iife',
    define: { 'import.meta.url': 'undefined' },
  }),
]);
const texts = [module, classic].map(({ outputFiles }) => outputFiles[0].text);
const inputs = [module, classic].flatMap(({ metafile }) => Object.keys(metafile.inputs));
const notices = licenses(inputs.map((file) => resolve(root, file)));

const { name, version: release } = JSON.parse(readFileSync(`${root}client/package.json`, 'utf8'));
const content = createHash('sha256')
  .update([release, notices, ...texts].join('\0'))
  .digest('hex');
const version = `${release}-${content.slice(0, 8)}`;
const notice = `${version}.licenses.txt`;
const banner = `/*! ${name} ${release}, MIT; what it holds of others: ${notice} */\n`;
const sources = {
  [`${version}.js`]: banner + texts[0],
  [`${version}.global.js`]: banner + texts[1],
  [notice]: notices,
};

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
if (existsSync(released)) cpSync(released, folder, { recursive: true });
for (const [file, text] of Object.entries(sources)) writeFileSync(`${folder}/${file}`, text);
for (const file of readdirSync(folder)) {
  const bytes = readFileSync(`${folder}/${file}`);
  writeFileSync(`${folder}/${file}.br`, brotliCompressSync(bytes));
  writeFileSync(`${folder}/${file}.gz`, gzipSync(bytes, { level: 9 }));
}
const served = (file) => ({
  file,
  integrity: `sha384-${createHash('sha384').update(sources[file]).digest('base64')}`,
});
const list = { version, module: served(`${version}.js`), classic: served(`${version}.global.js`) };
writeFileSync(`${folder}/client.json`, `${JSON.stringify(list, null, 2)}\n`);

/**
 * Leaves out what the bridge never uses of Socket.IO (1.6 KB with gzip): its third transport, which the client never asks for
 * (`client/src/connection.ts`), and whatever carries bytes, since events are JSON. A packet that claims to have bytes would come without them.
 */
function withoutUnused() {
  const instead = {
    'engine.io-client/build/esm/transports/webtransport.js': 'export class WT {}',
    'engine.io-parser/build/esm/contrib/base64-arraybuffer.js': 'export const decode = (text) => text;',
    'socket.io-parser/build/esm/is-binary.js':
      'export const isBinary = () => false; export const hasBinary = () => false;',
    'socket.io-parser/build/esm/binary.js': `
      export const deconstructPacket = (packet) => ({ packet, buffers: [] });
      export const reconstructPacket = (packet) => packet;`,
  };
  return {
    name: 'without-unused',
    setup(build) {
      const left = new Set(Object.keys(instead));
      for (const [file, contents] of Object.entries(instead)) {
        const filter = new RegExp(`[\\\\/]${file.replaceAll('.', '\\.').replaceAll('/', '[\\\\/]')}$`);
        build.onLoad({ filter }, () => {
          left.delete(file);
          return { contents };
        });
      }
      // Another release of Socket.IO may have other files.
      build.onEnd(() => ({ errors: [...left].map((file) => ({ text: `not in the bundle: ${file}` })) }));
    },
  };
}
