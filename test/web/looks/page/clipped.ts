import type { Finding, Reading } from '../finding.js';
import { type Box, intersection, TOLERANCE_PX } from './box.js';
import { type Clip, textClipsOf } from './clips.js';
import { elementsIn, isShown, nameOf, parentOf, styleOf } from './element.js';
import type { Run } from './run.js';
import { textWidth } from './runs.js';

/**
 * Text of which a part cannot be seen: cut by a box that does not scroll, shortened to an ellipsis, outside of the page, or too
 * long for its field. A `title` with the whole text makes good for it where a pointer can hover.
 */
export function clippedTexts(runs: readonly Run[], root: ParentNode, reading: Reading): Finding[] {
  const clipsOfElement = new Map<Element, Clip[]>();
  const findings: Finding[] = [];
  const find = (element: Element, text: string, why: string) => {
    findings.push({ check: 'clipped', where: nameOf(element), what: `“${text}” ${why}` });
  };
  for (const { element, text, ink } of runs) {
    let clips = clipsOfElement.get(element);
    if (clips === undefined) {
      clipsOfElement.set(element, (clips = textClipsOf(element, reading.kiosk ?? false)));
    }
    const cut = cutBy(ink, clips);
    if (cut !== null) {
      // Said once, of the box that shortens it.
      const isShort = shortened(cut) !== null;
      if (!isShort && !isReachable(element, cut, text, reading))
        find(element, text, `is cut by ${nameOf(cut)}`);
      continue;
    }
    const out = clips.some(({ x, y }) => x === 'scrolls' || y === 'scrolls')
      ? null
      : outside(element, ink, reading);
    if (out !== null) find(element, text, out);
  }
  for (const element of elementsIn(root)) {
    if (!isShown(element)) continue;
    const short = shortened(element);
    if (short !== null && !isReachable(element, element, short, reading))
      find(element, short, 'ends in an ellipsis');
    const long = longInField(element);
    if (long !== null) find(element, long, 'is longer than its field');
  }
  return findings;
}

/** The element whose edge the text passes, from the inside out; null: all of it is drawn, or can be scrolled to. */
function cutBy(ink: Box, clips: readonly Clip[]): Element | null {
  let region = ink;
  for (const { element, box, x, y } of clips) {
    const beyondX = region.left < box.left - TOLERANCE_PX || region.right > box.right + TOLERANCE_PX;
    const beyondY = region.top < box.top - TOLERANCE_PX || region.bottom > box.bottom + TOLERANCE_PX;
    if ((beyondX && x === 'cuts') || (beyondY && y === 'cuts')) return element;
    if (x === 'scrolls' || y === 'scrolls') {
      const visible = intersection(region, box);
      // It is further down or aside: whether its scroll box is whole is asked of what is seen of it.
      if (visible === null) return null;
      region = visible;
    }
  }
  return null;
}

/** Beside the page, or, of what does not move with it, beside the viewport. */
function outside(element: Element, ink: Box, { kiosk = false }: Reading): string | null {
  const { clientWidth, clientHeight } = document.documentElement;
  const isFixed = hasFixed(element);
  if (ink.left < (isFixed ? 0 : -scrollX) - TOLERANCE_PX) return 'begins left of the page';
  if (ink.top < (isFixed ? 0 : -scrollY) - TOLERANCE_PX) return 'begins above the page';
  if (ink.right > clientWidth + TOLERANCE_PX) return 'ends right of the page';
  const cannotScroll = [document.documentElement, document.body].some((one) =>
    ['hidden', 'clip'].includes(styleOf(one).overflowY),
  );
  if ((isFixed || kiosk || cannotScroll) && ink.bottom > clientHeight + TOLERANCE_PX)
    return 'ends below the screen';
  return null;
}

function hasFixed(element: Element): boolean {
  for (let one: Element | null = element; one !== null; one = parentOf(one)) {
    if (styleOf(one).position === 'fixed') return true;
  }
  return false;
}

/** The text of a box that shortens it to an ellipsis, or null. */
function shortened(element: Element): string | null {
  const style = styleOf(element);
  if (style.textOverflow !== 'ellipsis' || !['hidden', 'clip'].includes(style.overflowX)) return null;
  return element.scrollWidth > element.clientWidth ? (element.textContent ?? '').trim() : null;
}

/** What stands in a field or a choice and does not fit, or null. */
function longInField(element: Element): string | null {
  const style = styleOf(element);
  const px = Number.parseFloat;
  const room = element.clientWidth - px(style.paddingLeft) - px(style.paddingRight);
  const longer = (text: string, less: number) =>
    text !== '' && textWidth(text, style) > room - less + TOLERANCE_PX ? text : null;
  if (element instanceof HTMLSelectElement && element.size <= 1 && !element.multiple) {
    const arrow = style.appearance === 'none' ? 0 : ARROW_PX;
    return longer(element.selectedOptions[0]?.label ?? '', arrow);
  }
  if (!(element instanceof HTMLInputElement) || !TEXT_FIELDS.has(element.type)) return null;
  // What a user types may be long; what the page itself puts there has to fit.
  return element.value === '' ? longer(element.placeholder, 0) : null;
}

const TEXT_FIELDS = new Set(['text', 'search', 'tel', 'url', 'email', 'number', 'password']);
/** The drop-down's own arrow, within its padding box. */
const ARROW_PX = 16;

/** Whether the whole text can be had where it is cut: by hovering, and so not on a touch screen. */
function isReachable(
  element: Element,
  clip: Element,
  text: string,
  { touch = false, kiosk = false }: Reading,
): boolean {
  if (touch || kiosk) return false;
  for (let one: Element | null = element; one !== null; one = parentOf(one)) {
    const title = one.getAttribute('title')?.replaceAll(/\s+/g, ' ');
    if (title?.includes(text.replaceAll(/\s+/g, ' ')) === true) return true;
    if (one === clip) return false;
  }
  return false;
}
