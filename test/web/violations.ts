import axe from 'axe-core';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

const RULES: RunOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
};

/** What keeps people from using the page. */
export async function violationsOf(page: Page): Promise<string[]> {
  // Not by a script tag: the Content-Security-Policy would not let it run.
  await page.evaluate(axe.source);
  const found = await page.evaluate<AxeResults>(`axe.run(document, ${JSON.stringify(RULES)})`);
  return found.violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .map(({ html }) => html)
        .slice(0, 3)
        .join(' | ')}`,
  );
}
