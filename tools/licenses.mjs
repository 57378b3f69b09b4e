/**
 * A part of the pages' build: `licenses.txt` beside them. What is bundled is other people's code without their notices,
 * and their licences ask for these wherever the code goes. It names what a chunk really holds, the few lines that the
 * build's own tools add among it; a package without the text of its licence ends the build.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const modules = fileURLToPath(new URL('../node_modules/', import.meta.url));

export function licenses() {
  return {
    name: 'licenses',
    generateBundle(_options, bundle) {
      const ids = Object.values(bundle).flatMap((output) =>
        output.type === 'chunk' ? output.moduleIds : [],
      );
      const folders = new Set(ids.flatMap((id) => folderOf(id) ?? []));
      const source = [...folders]
        .sort()
        .map(noticeOf)
        .join(`\n${'-'.repeat(80)}\n\n`);
      this.emitFile({ type: 'asset', fileName: 'licenses.txt', source });
    },
  };
}

/** Of the package that the module is of; undefined for one of ours. */
function folderOf(id) {
  const [, tool] = /^\0(vite|rolldown)\//.exec(id) ?? [];
  return tool === undefined ? /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] : modules + tool;
}

function noticeOf(folder) {
  const { name, version } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
  if (files.length === 0) throw new Error(`${name} ${version} has no file with its licence`);
  const texts = files.sort().map((file) => readFileSync(`${folder}/${file}`, 'utf8'));
  // After Vite's own licence come those of what Vite consists of, which is no part of the pages.
  const [text] = texts.join('\n').split('\n# Licenses of bundled dependencies');
  return `${name} ${version}\n\n${text.trim()}\n`;
}
