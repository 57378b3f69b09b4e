import { canvasTexts } from './canvas-text.js';
import { elementsIn, isShown, isSkipLink, styleOf } from './element.js';
import type { Run } from './run.js';

/** Every text that eyes can see, scrolled to or not, also SVG's, and what was drawn on canvases. */
export function runsIn(root: ParentNode): Run[] {
  const runs: Run[] = [];
  for (const element of elementsIn(root)) {
    if (element instanceof HTMLCanvasElement) {
      if (isShown(element)) runs.push(...canvasTexts(element));
      continue;
    }
    const texts = [...element.childNodes].filter(
      (node): node is Text => node instanceof Text && node.data.trim() !== '',
    );
    if (texts.length === 0 || NEVER_DRAWN.has(element.localName)) continue;
    if (!isShown(element) || isSkipLink(element)) continue;
    for (const text of texts) runs.push(...runsOf(element, text));
  }
  return runs;
}

const NEVER_DRAWN = new Set(['script', 'style', 'option', 'title', 'desc', 'noscript', 'template']);

function runsOf(element: Element, node: Text): Run[] {
  const text = node.data.trim().replaceAll(/\s+/g, ' ');
  const range = document.createRange();
  range.selectNodeContents(node);
  const { above, below } = inkOf(text, styleOf(element));
  return [...range.getClientRects()]
    .filter(({ width, height }) => width > 0 && height > 0)
    .map(({ left, top, right, bottom, height }) => ({
      element,
      text,
      raw: node.data,
      ink: { left, right, top: top + height * above, bottom: bottom - height * below },
    }));
}

const ruler = document.createElement('canvas').getContext('2d')!;

/** Which shares of a line's height have no ink, above and below the letters of this text. */
function inkOf(text: string, style: CSSStyleDeclaration): { readonly above: number; readonly below: number } {
  ruler.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  const shown = style.textTransform === 'uppercase' ? text.toUpperCase() : text;
  const size = ruler.measureText(shown);
  const height = size.fontBoundingBoxAscent + size.fontBoundingBoxDescent;
  if (height <= 0) return { above: 0, below: 0 };
  const share = (rest: number) => Math.max(0, rest / height);
  return {
    above: share(size.fontBoundingBoxAscent - size.actualBoundingBoxAscent),
    below: share(size.fontBoundingBoxDescent - size.actualBoundingBoxDescent),
  };
}

export function textWidth(text: string, style: CSSStyleDeclaration): number {
  ruler.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  return ruler.measureText(text).width;
}
