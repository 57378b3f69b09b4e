import type { Finding } from '../finding.js';
import { type Box, TOLERANCE_PX } from './box.js';
import { type Clip, clipOf, clipsOf } from './clips.js';
import { elementsIn, isShown, nameOf, styleOf } from './element.js';
import type { Run } from './run.js';

const ROWS = 'tr, li, [role=row], [role=listitem]';

/**
 * Rows through which the end of a scroll box passes while nothing is scrolled: a letter or a chip that is cut, or a row of two
 * lines of which one is seen. Where only a row's empty rim is cut, nothing is missing and nothing is found.
 */
export function cutRows(runs: readonly Run[], root: ParentNode): Finding[] {
  const scrollers = [...elementsIn(root)]
    .filter((element) => !['html', 'body'].includes(element.localName) && isShown(element))
    .flatMap((element) => clipOf(element, styleOf(element), false) ?? [])
    .filter(({ y }) => y === 'scrolls');
  return scrollers.flatMap((scroller) => cutIn(scroller, runs));
}

function cutIn(scroller: Clip, runs: readonly Run[]): Finding[] {
  const inside = runs.filter(({ element }) => nearest(element) === scroller.element);
  const findings = new Map<Element, string>();
  const cut = (element: Element, what: string) => {
    const row = element.closest(ROWS);
    const named = row !== null && scroller.element.contains(row) ? row : element;
    if (!findings.has(named)) findings.set(named, what);
  };
  for (const { element, text, ink } of inside) {
    if (passes(ink, scroller.box)) cut(element, `“${text}” is cut`);
  }
  for (const element of scroller.element.querySelectorAll('*')) {
    if (!isShown(element) || !isDrawn(element) || nearest(element) !== scroller.element) continue;
    if (passes(element.getBoundingClientRect(), scroller.box)) {
      cut(element, `the box of “${(element.textContent ?? '').trim().slice(0, 60)}” is cut`);
    }
  }
  for (const row of scroller.element.querySelectorAll(ROWS)) {
    const lines = inside.filter(({ element }) => row.contains(element));
    const [isSeen, isHidden] = [false, true].map((below) =>
      lines.some(({ ink }) => isBeyond(ink, scroller.box) === below),
    );
    if (isSeen === true && isHidden === true) cut(row, 'some of its lines are hidden');
  }
  return [...findings].map(([element, what]) => ({
    check: 'cut-row',
    where: nameOf(element),
    what: `${what} by the end of ${nameOf(scroller.element)}`,
  }));
}

/** The scroll box that an element is in, the innermost one. */
function nearest(element: Element): Element | null {
  return clipsOf(element, false).find(({ y }) => y === 'scrolls')?.element ?? null;
}

function passes({ top, bottom }: Pick<Box, 'top' | 'bottom'>, { top: upper, bottom: lower }: Box): boolean {
  const through = (edge: number) => top < edge - TOLERANCE_PX && bottom > edge + TOLERANCE_PX;
  return through(lower) || through(upper);
}

function isBeyond({ top, bottom }: Box, { top: upper, bottom: lower }: Box): boolean {
  return top >= lower - TOLERANCE_PX || bottom <= upper + TOLERANCE_PX;
}

/** A box of its own that eyes see: with a ground or a frame, and no taller than a few lines, so that it reads as one thing. */
function isDrawn(element: Element): boolean {
  if (element.getBoundingClientRect().height > TALLEST_PX) return false;
  const { backgroundColor, borderTopWidth, borderTopStyle, borderLeftWidth, borderLeftStyle } =
    styleOf(element);
  const framed =
    borderTopStyle !== 'none' &&
    Number.parseFloat(borderTopWidth) > 0 &&
    borderLeftStyle !== 'none' &&
    Number.parseFloat(borderLeftWidth) > 0;
  return framed || (element.matches('button, .badge, [role=button]') && !isClear(backgroundColor));
}

const TALLEST_PX = 120;

function isClear(colour: string): boolean {
  return colour === 'transparent' || /,\s*0\)$|\/\s*0\)$/.test(colour);
}
