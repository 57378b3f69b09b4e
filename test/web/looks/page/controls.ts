import type { Finding } from '../finding.js';
import { sizeText } from './box.js';
import { elementsIn, isShown, isSkipLink, nameOf, styleOf } from './element.js';

/** WCAG 2.2, 2.5.8: a finger or an unsteady hand needs so much. */
const LEAST_PX = 24;
const CONTROLS =
  'button, a[href], input:not([type=hidden]), select, textarea, summary, [role=button], [role=tab], [role=link], [role=checkbox], [role=switch], [role=menuitem], [role=option]';

/** Controls that are smaller than a finger needs; a link within a sentence is as high as its line, as everywhere. */
export function smallControls(root: ParentNode): Finding[] {
  return [...elementsIn(root)]
    .filter((element) => element.matches(CONTROLS) && isShown(element) && !isSkipLink(element))
    .filter((element) => !isWithinSentence(element))
    .flatMap((element) => {
      const { width, height } = targetOf(element);
      // Half a pixel is the rounding of a zoomed page.
      if (width >= LEAST_PX - 0.5 && height >= LEAST_PX - 0.5) return [];
      return [
        {
          check: 'small-control' as const,
          where: nameOf(element),
          what: `“${labelOf(element)}” is ${sizeText(element.getBoundingClientRect())}, less than ${LEAST_PX}×${LEAST_PX}`,
        },
      ];
    });
}

/** A tick box is pressed by its label too. */
function targetOf(element: Element): { readonly width: number; readonly height: number } {
  const own = element.getBoundingClientRect();
  const label = element instanceof HTMLInputElement ? element.labels?.[0] : undefined;
  if (label === undefined || !(element instanceof HTMLInputElement)) return own;
  if (!['checkbox', 'radio'].includes(element.type)) return own;
  const { width, height } = label.getBoundingClientRect();
  return { width: Math.max(width, own.width), height: Math.max(height, own.height) };
}

function isWithinSentence(element: Element): boolean {
  if (element.localName !== 'a' || styleOf(element).display !== 'inline') return false;
  return [...(element.parentNode?.childNodes ?? [])].some(
    (node) => node instanceof Text && /\p{L}/u.test(node.data),
  );
}

function labelOf(element: Element): string {
  return (element.getAttribute('aria-label') ?? element.textContent ?? '').trim().slice(0, 60);
}
