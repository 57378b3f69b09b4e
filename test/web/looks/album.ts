import { mkdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { ROOT } from '../../support/root.js';
import { findingLines } from './finding.js';
import type { View } from './view.js';

const FOLDER = fileURLToPath(new URL('test-artifacts/looks/', ROOT));

/** The pictures of the pages in `test-artifacts/looks`, with an `index.html` to leaf through them. */
export class Album {
  readonly #views: View[] = [];

  /** An empty one: the pictures that were there go. */
  static async open(): Promise<Album> {
    await rm(FOLDER, { recursive: true, force: true });
    await mkdir(FOLDER, { recursive: true });
    return new Album();
  }

  get index(): string {
    return `${FOLDER}index.html`;
  }

  async add(page: Page, view: View): Promise<void> {
    // On a touch screen the page is scrolled as a matter of course; elsewhere the picture is what is seen without scrolling.
    await page.screenshot({ path: `${FOLDER}${nameOf(view)}.png`, fullPage: view.size.touch === true });
    this.#views.push(view);
    // Also when it is ended in the middle of it, what is there can be leafed through.
    await writeFile(this.index, this.#html());
  }

  #html(): string {
    const pictures = this.#views.map((view) => {
      const { situation, page, size, language, theme, findings } = view;
      const name = nameOf(view);
      const found = findingLines(findings)
        .map((line) => `<li>${escaped(line)}</li>`)
        .join('');
      return `<figure id="${name}" data-found="${findings.length}">
        <a href="${name}.png"><img loading="lazy" src="${name}.png" alt="${name}"></a>
        <figcaption><b>${page}</b> ${situation}, ${size.width}×${size.height}, ${language}, ${theme}
        <ol>${found}</ol></figcaption></figure>`;
    });
    return `<!doctype html><html lang="en"><meta charset="utf-8"><title>How the pages look</title>
      <style>${STYLE}</style><h1>How the pages look</h1>
      <p>${this.#views.length} views; outlined in red: those in which the checker finds something.</p>
      <main>${pictures.join('\n')}</main></html>`;
  }
}

const STYLE = `body { background: #888; font-family: sans-serif; margin: 1rem }
  main { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(30rem, 1fr)) }
  figure { background: white; margin: 0; padding: .5rem }
  figure:not([data-found='0']) { outline: 3px solid #c00 }
  img { inline-size: 100%; max-block-size: 40rem; object-fit: contain }
  ol { font-size: .8rem; overflow-wrap: anywhere }`;

function nameOf({ situation, page, size, language, theme }: View): string {
  return [situation, page, size.name, language, theme].join('-');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
