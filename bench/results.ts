import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type Figures, page } from './page.js';

/** Writes the run into the folder, under its date and as the latest; resolves with the files. */
export async function keep(folder: string, figures: Figures): Promise<string[]> {
  const json = `${JSON.stringify(figures, null, 2)}\n`;
  const dated = `${folder}/${figures.takenAt.replaceAll(':', '-').slice(0, 19)}.json`;
  const latest = `${folder}/latest.json`;
  const html = `${folder}/latest.html`;
  const resolve = createRequire(import.meta.url).resolve;
  const [script, style] = await Promise.all(
    ['uplot/dist/uPlot.iife.min.js', 'uplot/dist/uPlot.min.css'].map((file) =>
      readFile(resolve(file), 'utf8'),
    ),
  );
  await Promise.all([
    writeFile(dated, json),
    writeFile(latest, json),
    writeFile(html, page(figures, { script: script!, style: style! })),
  ]);
  return [dated, latest, html];
}
