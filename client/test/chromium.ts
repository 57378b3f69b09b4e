import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';

/** Debian calls it chromium; other systems call it otherwise. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
/** The same without the browser's own windows, where it is installed: half of the work. */
const WITHOUT_WINDOWS = 'chromium-headless-shell';

function executable(names: readonly string[]): string {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = names
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => existsSync(path));
  if (found === undefined) throw new Error('the browser tests need Chromium: install the package chromium');
  return found;
}

export interface Chromium {
  readonly context: BrowserContext;
  close(): Promise<void>;
}

/**
 * A Chromium with an empty profile of its own; the pages of its context are tabs that share storage and locks. `trustsAll`: also
 * self-signed certificates. `blocksPopups`: as browsers do, and as they do not when they are driven. `showsPagesOnly`: what a browser
 * has around its pages is not asked for.
 */
export async function startChromium(
  hosts: readonly string[] = [],
  {
    trustsAll = false,
    blocksPopups = false,
    showsPagesOnly = false,
    args = [],
  }: {
    readonly trustsAll?: boolean;
    readonly blocksPopups?: boolean;
    readonly showsPagesOnly?: boolean;
    readonly args?: readonly string[];
  } = {},
): Promise<Chromium> {
  const profile = await mkdtemp(join(tmpdir(), 'pitel-client-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: executable(showsPagesOnly ? [WITHOUT_WINDOWS, ...NAMES] : NAMES),
    headless: true,
    ignoreHTTPSErrors: trustsAll,
    ignoreDefaultArgs: blocksPopups ? ['--disable-popup-blocking'] : [],
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...args,
      ...(hosts.length === 0
        ? []
        : [`--host-resolver-rules=${hosts.map((host) => `MAP ${host} 127.0.0.1`).join(',')}`]),
    ],
  });
  return {
    context,
    close: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
