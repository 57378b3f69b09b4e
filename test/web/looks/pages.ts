import type { Page } from 'playwright-core';
import { narrowToken, readOnlyToken, type Stage } from './stages.js';

/** What is shown and checked: the pages, the sizes, languages and themes, and in which situation which pages. */
export const LANGUAGES = ['vi', 'en'] as const;
export const THEMES = ['light', 'dark'] as const;
export type Language = (typeof LANGUAGES)[number];
export type Theme = (typeof THEMES)[number];

export interface Size {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** Read with a finger, and scrolled down as a matter of course: its picture is the whole page. */
  readonly touch?: true;
}

export const SIZES: readonly Size[] = [
  { name: 'laptop', width: 1366, height: 768 },
  { name: 'desk', width: 1440, height: 900 },
  { name: 'wide', width: 1920, height: 1080 },
  { name: 'mobile', width: 390, height: 844, touch: true },
];

const WALLS: readonly Size[] = [
  { name: 'wide', width: 1920, height: 1080 },
  { name: 'wall', width: 3840, height: 2160 },
];

export interface ShownPage {
  readonly name: string;
  readonly path: string;
  /** Resolves when the page shows what the stage has, or, of a stage without a PBX, that it shows nothing. */
  readonly ready: (page: Page, situation: Situation) => Promise<void>;
  readonly sizes?: readonly Size[];
  /** No hand touches it. */
  readonly kiosk?: true;
  /** For those who program. */
  readonly technical?: true;
  /** The token that is kept in the browser. */
  readonly token?: (stage: Stage) => Promise<string>;
}

export type Situation = 'empty' | 'usual' | 'degraded' | 'large' | 'starting' | 'guarded';

const WALLBOARD: ShownPage = { name: 'wallboard', path: '/', ready: boardIsReady };

/** The board on a wall: nothing on it can be scrolled to. */
const KIOSK: ShownPage = {
  name: 'kiosk',
  path: '/?kiosk',
  sizes: WALLS,
  kiosk: true,
  ready: boardIsReady,
};
/** What a token of one queue shows. */
const NARROW: ShownPage = {
  name: 'narrow',
  path: '/',
  token: narrowToken,
  ready: boardIsFresh,
};
const CALLS: ShownPage = {
  name: 'calls',
  path: '/#calls',
  ready: (page) => page.locator('.calls tbody tr[data-call]').first().waitFor(),
};
const EVENTS: ShownPage = { name: 'events', path: '/#events', ready: boardIsFresh };
const CALL: ShownPage = {
  name: 'call',
  path: '/#calls',
  ready: async (page) => {
    await page.locator('.calls tbody tr[data-call] button').first().click();
    await page.locator('dialog.call svg').waitFor();
  },
};
const AGENT: ShownPage = {
  name: 'agent',
  path: '/',
  ready: async (page, situation) => {
    await boardIsReady(page, situation);
    await page.locator('.agents li[data-state=talking] button').first().click();
    await page.locator('dialog.agent-day .day-calls tbody tr').first().waitFor();
  },
};
const CALLBACKS: ShownPage = {
  name: 'callbacks',
  path: '/callbacks',
  ready: (page) => page.locator('tr[data-callback]').first().waitFor(),
};
/** What a token that may do nothing to them shows. */
const READ_ONLY: ShownPage = {
  name: 'callbacks-read-only',
  path: '/callbacks',
  token: readOnlyToken,
  ready: (page) => page.locator('tr[data-callback]').first().waitFor(),
};
const REPORTS: ShownPage = {
  name: 'reports',
  path: '/reports',
  ready: (page) => page.locator('.report tbody tr').first().waitFor(),
};
const AGENT_REPORT: ShownPage = {
  name: 'reports-agents',
  path: '/reports',
  ready: async (page) => {
    await REPORTS.ready(page, 'usual');
    await page.locator('.views button').nth(1).click();
    await page.locator('.agents-report tbody tr').first().waitFor();
  },
};
const CALL_REPORT: ShownPage = {
  name: 'reports-calls',
  path: '/reports',
  ready: async (page) => {
    await REPORTS.ready(page, 'usual');
    await page.locator('.views button').nth(2).click();
    await page.locator('.ended-calls tbody tr').first().waitFor();
  },
};
const POP: ShownPage = { name: 'pop', path: '/pop', ready: hasHeading };
const WEBHOOKS: ShownPage = {
  name: 'webhooks',
  path: '/webhooks',
  ready: (page) => page.locator('[data-webhook=old]').waitFor(),
};
const DOCS: ShownPage = { name: 'docs', path: '/docs', ready: hasHeading, technical: true };
const SIGN_IN: ShownPage = {
  name: 'sign-in',
  path: '/',
  ready: (page) => page.locator('#token').waitFor(),
};

/** Which pages each situation is for. */
export const SHOWN: Readonly<Record<Situation, readonly ShownPage[]>> = {
  empty: [WALLBOARD],
  usual: [
    WALLBOARD,
    CALLS,
    EVENTS,
    KIOSK,
    CALL,
    AGENT,
    CALLBACKS,
    READ_ONLY,
    REPORTS,
    AGENT_REPORT,
    CALL_REPORT,
    POP,
    WEBHOOKS,
    DOCS,
  ],
  degraded: [WALLBOARD, CALLBACKS, REPORTS],
  large: [WALLBOARD, CALLS, KIOSK, CALLBACKS, REPORTS, AGENT_REPORT],
  starting: [WALLBOARD],
  guarded: [SIGN_IN, NARROW],
};

async function boardIsReady(page: Page, situation: Situation): Promise<void> {
  await boardIsFresh(page, situation);
  if (situation === 'usual' || situation === 'large') {
    await page.locator('.queues tbody tr').first().waitFor();
    await page.locator('.agents li').first().waitFor();
    await page.locator('.tile[data-name=level][data-known=true]').waitFor();
  }
}

async function boardIsFresh(page: Page, situation: Situation): Promise<void> {
  const freshness = { degraded: '[data-freshness=stale]', starting: ':not([data-freshness=connecting])' };
  const wanted =
    situation in freshness ? freshness[situation as keyof typeof freshness] : '[data-freshness=fresh]';
  await page.locator(`.board${wanted}`).waitFor();
}

async function hasHeading(page: Page): Promise<void> {
  await page.locator('main h1, main h2').first().waitFor();
}
