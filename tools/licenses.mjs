/**
 * A part of the pages' build that writes `licenses.txt` beside them. The bundle holds other people's code without their
 * notices, which their licences require wherever the code goes. The file lists the packages that are really in the bundle,
 * and the bundler, which adds a few lines of its own; a package without the text of its licence ends the build.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const TOOL = fileURLToPath(new URL('../node_modules/esbuild', import.meta.url));

/** The licences of the packages that the files belong to. */
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
