/**
 * A part of the pages' build: `licenses.txt` beside them. What is bundled is other people's code without their notices,
 * and their licences ask for these wherever the code goes. It names what the bundle really holds, and the tool that adds a
 * few lines of its own to it; a package without the text of its licence ends the build.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const TOOL = fileURLToPath(new URL('../node_modules/esbuild', import.meta.url));

/** Of the packages that the files are of. */
export function licenses(files) {
  const folders = new Set([TOOL, ...files.flatMap((file) => folderOf(file) ?? [])]);
  return [...folders]
    .sort()
    .map(noticeOf)
    .join(`\n${'-'.repeat(80)}\n\n`);
}

/** Undefined for a file of ours. */
function folderOf(file) {
  return /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(file)?.[0];
}

function noticeOf(folder) {
  const { name, version } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
  if (files.length === 0) throw new Error(`${name} ${version} has no file with its licence`);
  const texts = files.sort().map((file) => readFileSync(`${folder}/${file}`, 'utf8'));
  return `${name} ${version}\n\n${texts.join('\n').trim()}\n`;
}
