import type { Page } from 'playwright-core';
import { checkLooks } from './check-looks.js';
import type { Album } from './album.js';
import {
  type Language,
  LANGUAGES,
  type ShownPage,
  SHOWN,
  type Situation,
  SIZES,
  type Theme,
  THEMES,
} from './pages.js';
import {
  degrade,
  emptyStage,
  guardedStage,
  largeStage,
  type Stage,
  startingStage,
  usualStage,
} from './stages.js';
import type { View } from './view.js';

/** Which part of the matrix is looked through; what is left out is all of it. */
export interface Part {
  readonly situations?: readonly string[] | undefined;
  readonly pages?: readonly string[] | undefined;
  readonly sizes?: readonly string[] | undefined;
  readonly languages?: readonly string[] | undefined;
  readonly themes?: readonly string[] | undefined;
}

/** The stages, each with the situations that it goes through. */
const STAGES: readonly {
  readonly open: () => Promise<Stage>;
  readonly situations: readonly {
    readonly name: Situation;
    readonly enter?: (stage: Stage) => Promise<void>;
  }[];
}[] = [
  { open: () => emptyStage(), situations: [{ name: 'empty' }] },
  { open: () => usualStage(), situations: [{ name: 'usual' }, { name: 'degraded', enter: degrade }] },
  { open: () => largeStage(), situations: [{ name: 'large' }] },
  { open: () => startingStage(), situations: [{ name: 'starting' }] },
  { open: () => guardedStage(), situations: [{ name: 'guarded' }] },
];

/** Shows each page in each situation, checks it, and puts its picture into the album. */
export async function walk(part: Part, album: Album | null, seen: (view: View) => void): Promise<void> {
  for (const { open, situations } of STAGES) {
    if (!situations.some(({ name }) => isIn(part.situations, name))) continue;
    const stage = await open();
    try {
      for (const { name, enter } of situations) {
        if (!isIn(part.situations, name)) continue;
        await enter?.(stage);
        await showAll(stage, name, part, album, seen);
      }
    } finally {
      await stage.close();
    }
  }
}

/** The pages of one situation. */
async function showAll(
  stage: Stage,
  situation: Situation,
  part: Part,
  album: Album | null,
  seen: (view: View) => void,
): Promise<void> {
  for (const shown of SHOWN[situation]) {
    if (!isIn(part.pages, shown.name)) continue;
    for (const language of LANGUAGES.filter((one) => isIn(part.languages, one))) {
      for (const theme of THEMES.filter((one) => isIn(part.themes, one))) {
        await show(stage, { situation, shown, language, theme }, part, album, seen);
      }
    }
  }
}

async function show(
  stage: Stage,
  {
    situation,
    shown,
    language,
    theme,
  }: {
    readonly situation: Situation;
    readonly shown: ShownPage;
    readonly language: Language;
    readonly theme: Theme;
  },
  part: Part,
  album: Album | null,
  seen: (view: View) => void,
): Promise<void> {
  const token = (await shown.token?.(stage)) ?? stage.token;
  const page = await stage.floor.page(shown.path, {
    // A stage may have no PBX, and a guarded bridge refuses those who have not signed in.
    expected: /401 \(Unauthorized\)|503 \(Service Unavailable\)/,
    kept: { language, theme, ...(token === null ? {} : { token }) },
  });
  for (const [index, size] of (shown.sizes ?? SIZES).filter(({ name }) => isIn(part.sizes, name)).entries()) {
    await page.setViewportSize(size);
    if (index === 0) await shown.ready(page, situation);
    await atRest(page);
    const findings = await checkLooks(page, {
      language,
      ...(size.touch === true ? { touch: true } : {}),
      ...(shown.kiosk === true ? { kiosk: true } : {}),
      ...(shown.technical === true ? { technical: true } : {}),
    });
    const view = { situation, page: shown.name, size, language, theme, findings };
    await album?.add(page, view);
    seen(view);
  }
  await page.close();
}

/** Until nothing moves: fonts are there, what was begun has been drawn, and no animation runs. */
async function atRest(page: Page): Promise<void> {
  await page.evaluate(`(async () => {
    await document.fonts.ready;
    for (const animation of document.getAnimations()) {
      if (animation.effect?.getComputedTiming().iterations !== Infinity) await animation.finished.catch(() => {});
    }
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
  })()`);
}

function isIn(wanted: readonly string[] | undefined, name: string): boolean {
  return wanted === undefined || wanted.includes(name);
}
