import type { Box } from './box.js';
import { parentOf, styleOf } from './element.js';

/** An ancestor outside of which nothing of an element is drawn, and what it does with the rest in each direction. */
export interface Clip {
  readonly element: Element;
  readonly box: Box;
  readonly x: Overflow;
  readonly y: Overflow;
}

/** `scrolls`: the rest can be scrolled to. `cuts`: it cannot. `shows`: this direction is not clipped. */
type Overflow = 'shows' | 'cuts' | 'scrolls';

/**
 * The clips of an element from the inside out, the page's own viewport not among them. An element that is positioned escapes the
 * clips between it and what it is positioned in.
 */
export function clipsOf(element: Element, isKiosk: boolean): Clip[] {
  const clips: Clip[] = [];
  let { position } = styleOf(element);
  for (let one = parentOf(element); one !== null && one.localName !== 'html'; one = parentOf(one)) {
    const style = styleOf(one);
    const contains = isContaining(style);
    if (position === 'fixed' && !holdsFixed(style)) continue;
    if (position === 'absolute' && !contains) continue;
    position = style.position;
    if (one.localName === 'body') break;
    const clip = clipOf(one, style, isKiosk);
    if (clip !== null) clips.push(clip);
  }
  return clips;
}

/** The clips of a text in this element: its own among them, and a canvas ends where it ends. */
export function textClipsOf(element: Element, isKiosk: boolean): Clip[] {
  const outer = clipsOf(element, isKiosk);
  if (element instanceof HTMLCanvasElement) {
    return [{ element, x: 'cuts', y: 'cuts', box: element.getBoundingClientRect() }, ...outer];
  }
  const own = clipOf(element, styleOf(element), isKiosk);
  return own === null ? outer : [own, ...outer];
}

/** How this element clips what is in it; null where it does not. */
export function clipOf(element: Element, style: CSSStyleDeclaration, isKiosk: boolean): Clip | null {
  // An inline box has no overflow.
  if (style.display === 'inline' || style.display === 'contents') return null;
  const paints = /\b(?:paint|content|strict)\b/.test(style.contain);
  const of = (overflow: string, hasMore: boolean): Overflow => {
    if (overflow === 'auto' || overflow === 'scroll') return hasMore && !isKiosk ? 'scrolls' : 'cuts';
    return overflow === 'visible' && !paints ? 'shows' : 'cuts';
  };
  const x = of(style.overflowX, element.scrollWidth > element.clientWidth);
  const y = of(style.overflowY, element.scrollHeight > element.clientHeight);
  if (x === 'shows' && y === 'shows') return null;
  const { left, top, right, bottom } = element.getBoundingClientRect();
  const px = Number.parseFloat;
  return {
    element,
    x,
    y,
    // Overflow is clipped at the inner edge of the border; fractions count, which `clientWidth` rounds.
    box: {
      left: left + px(style.borderLeftWidth),
      top: top + px(style.borderTopWidth),
      right: right - px(style.borderRightWidth),
      bottom: bottom - px(style.borderBottomWidth),
    },
  };
}

function isContaining(style: CSSStyleDeclaration): boolean {
  return style.position !== 'static' || holdsFixed(style);
}

function holdsFixed({ transform, filter, contain, containerType }: CSSStyleDeclaration): boolean {
  return (
    transform !== 'none' ||
    filter !== 'none' ||
    /\b(?:paint|layout|content|strict)\b/.test(contain) ||
    !['normal', ''].includes(containerType)
  );
}
