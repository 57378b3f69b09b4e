import type { Finding } from '../finding.js';
import { type Box, intersection, TOLERANCE_PX } from './box.js';
import { textClipsOf } from './clips.js';
import { nameOf, parentOf, styleOf } from './element.js';
import type { Run } from './run.js';

/**
 * Texts of different elements whose ink shares more than a rim, so that neither can be read, or that follow each other without a
 * gap, so that two words read as one.
 */
export function overlappingTexts(runs: readonly Run[]): Finding[] {
  const seen = runs
    .map((run) => ({ run, box: seenOf(run) }))
    .filter((one): one is { run: Run; box: Box } => one.box !== null)
    .sort((a, b) => a.box.top - b.box.top);
  const findings: Finding[] = [];
  for (const [index, { run, box }] of seen.entries()) {
    for (const other of seen.slice(index + 1)) {
      // In the order of their tops: no later one can begin higher.
      if (other.box.top >= box.bottom - TOLERANCE_PX) break;
      const isSame = other.run.element === run.element && !(run.element instanceof HTMLCanvasElement);
      if (!isSame && touches(run, other.run)) findings.push(runTogether(run, other.run));
      if (isSame || !share(box, other.box) || scrollsUnder(run.element, other.run.element)) continue;
      findings.push({
        check: 'overlap',
        where: nameOf(run.element),
        what: `“${run.text}” lies on “${other.run.text}” of ${nameOf(other.run.element)}`,
      });
    }
  }
  return findings;
}

/** Beside each other on one line, letter at letter. */
function touches(a: Run, b: Run): boolean {
  const [left, right] = a.ink.left <= b.ink.left ? [a, b] : [b, a];
  const gap = right.ink.left - left.ink.right;
  if (gap < -TOLERANCE_PX || gap > TOLERANCE_PX) return false;
  const common = Math.min(a.ink.bottom, b.ink.bottom) - Math.max(a.ink.top, b.ink.top);
  const isOneLine = common > Math.min(a.ink.bottom - a.ink.top, b.ink.bottom - b.ink.top) / 2;
  const spaced = /\s$/.test(left.raw) || /^\s/.test(right.raw);
  return isOneLine && !spaced && /\p{L}$/u.test(left.text) && /^\p{L}/u.test(right.text);
}

function runTogether(run: Run, other: Run): Finding {
  const [left, right] = run.ink.left <= other.ink.left ? [run, other] : [other, run];
  return {
    check: 'overlap',
    where: nameOf(left.element),
    what: `“${left.text}” and “${right.text}” read as one word`,
  };
}

function share(a: Box, b: Box): boolean {
  const common = intersection(a, b);
  if (common === null) return false;
  return common.right - common.left > TOLERANCE_PX && common.bottom - common.top > TOLERANCE_PX;
}

/** What of a text its clips let through. */
function seenOf({ element, ink }: Run): Box | null {
  return textClipsOf(element, false).reduce<Box | null>((box, clip) => {
    if (box === null) return null;
    const { left, right, top, bottom } = clip.box;
    return intersection(box, {
      left: clip.x === 'shows' ? -Infinity : left,
      right: clip.x === 'shows' ? Infinity : right,
      top: clip.y === 'shows' ? -Infinity : top,
      bottom: clip.y === 'shows' ? Infinity : bottom,
    });
  }, ink);
}

/** One of the two is pinned over what the other scrolls away under, as the head of a table is, and hides it. */
function scrollsUnder(a: Element, b: Element): boolean {
  const [first, second] = [pinned(a), pinned(b)];
  const pin = first ?? second;
  if (pin === null || first === second) return false;
  return styleOf(pin).position === 'sticky' && isOpaque(pin) && isScrolled(pin);
}

function pinned(element: Element): Element | null {
  for (let one: Element | null = element; one !== null; one = parentOf(one)) {
    if (['sticky', 'fixed'].includes(styleOf(one).position)) return one;
  }
  return null;
}

function isOpaque(element: Element): boolean {
  const { backgroundColor } = styleOf(element);
  return backgroundColor.startsWith('rgb(');
}

/** At rest a pinned head lies on nothing; only what was scrolled is under it. */
function isScrolled(element: Element): boolean {
  if (scrollY > 0) return true;
  for (let one = parentOf(element); one !== null; one = parentOf(one)) if (one.scrollTop > 0) return true;
  return false;
}
