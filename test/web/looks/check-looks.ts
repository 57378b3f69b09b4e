import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import type { BrowserContext, Page } from 'playwright-core';
import { ROOT } from '../../support/root.js';
import { refusedIn } from '../../support/vietnamese.js';
import { violationsOf } from '../violations.js';
import type { Finding, PageRead, Reading, Said } from './finding.js';

/** Of each tab that this browser opens from now on, what is drawn on canvases is noted. To be called once. */
export async function watchLooks(context: BrowserContext): Promise<void> {
  await context.addInitScript(script());
}

/**
 * What a reader would call broken on the page as it is now, at the size that it has. The tab must have been opened after
 * `watchLooks`. The page is not scrolled and nothing on it is touched.
 */
export async function checkLooks(page: Page, reading: Reading): Promise<Finding[]> {
  const { findings, said } = await page.evaluate<PageRead>(`readLooks(${JSON.stringify(reading)})`);
  const axe = await violationsOf(page);
  return [
    ...findings,
    ...said.flatMap((one) => wrongWords(one, reading)),
    ...axe.map((text) => ({ check: 'axe' as const, where: 'the page', what: text })),
  ];
}

/** What a program says where a text was missing. */
const NONSENSE = /\b(?:undefined|null|NaN|Infinity|Invalid Date)\b|\[object /;

function wrongWords({ where, text }: Said, { language, technical = false }: Reading): Finding[] {
  const refused = language === 'vi' ? refusedIn(text) : [];
  return [
    ...refused.map((what) => ({ check: 'refused-word' as const, where, what })),
    ...(!technical && NONSENSE.test(text) ? [{ check: 'nonsense' as const, where, what: `“${text}”` }] : []),
  ];
}

let built: string | null = null;

/** The checker's part that runs in the page, as one script. */
function script(): string {
  built ??= buildSync({
    entryPoints: [fileURLToPath(new URL('test/web/looks/page/main.ts', ROOT))],
    bundle: true,
    format: 'iife',
    target: 'es2022',
    write: false,
    tsconfig: fileURLToPath(new URL('test/web/looks/page/tsconfig.json', ROOT)),
  }).outputFiles[0]!.text;
  return built;
}
