import axe from 'axe-core';
import type { RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

const RULES: RunOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  resultTypes: ['violations'],
};

/** What keeps people from using the page: each rule that it breaks, with the first elements that do. */
export async function violationsOf(page: Page): Promise<string[]> {
  // Not by a script tag: the Content-Security-Policy would not let it run.
  await page.evaluate(axe.source);
  // What axe knows of a page is large, and takes seconds to bring here.
  return page.evaluate<string[]>(
    `axe.run(document, ${JSON.stringify(RULES)}).then(({ violations }) =>
      violations.map(({ id, nodes }) =>
        id + ': ' + nodes.slice(0, 3).map(({ html }) => html).join(' | ')))`,
  );
}
