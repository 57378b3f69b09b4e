import type { Finding, Reading } from '../finding.js';
import { clipOf } from './clips.js';
import { elementsIn, isShown, nameOf, styleOf } from './element.js';

/** From here on a screen has room for everything; below, down to a mobile, a wide table may move within its own box. */
const ROOMY_PX = 1024;
/** What may move from side to side everywhere: code, a field, and on a mobile the row of links to the pages. */
const MOVES = 'pre, code, textarea, input';

/** What makes the page, or on a roomy screen and on a mobile a box in it, scroll from side to side; on a kiosk also what makes it scroll down. */
export function sidewaysScroll(root: ParentNode, { kiosk = false, touch = false }: Reading): Finding[] {
  const findings: Finding[] = [];
  const { scrollWidth, clientWidth, scrollHeight, clientHeight } = document.documentElement;
  if (scrollWidth > clientWidth) {
    findings.push({
      check: 'sideways',
      where: widest(root, clientWidth),
      what: `the page is ${scrollWidth} px wide on a screen of ${clientWidth}`,
    });
  }
  if (kiosk && scrollHeight > clientHeight) {
    findings.push({
      check: 'sideways',
      where: 'html',
      what: `the page is ${scrollHeight} px high on a screen of ${clientHeight} that no hand scrolls`,
    });
  }
  if (clientWidth < ROOMY_PX && !touch) return findings;
  for (const element of elementsIn(root)) {
    if (['html', 'body'].includes(element.localName) || !isShown(element)) continue;
    if (element.matches(touch ? `${MOVES}, nav` : MOVES)) continue;
    if (clipOf(element, styleOf(element), false)?.x !== 'scrolls') continue;
    findings.push({
      check: 'sideways',
      where: nameOf(element),
      what: `its content is ${element.scrollWidth} px wide in a box of ${element.clientWidth}`,
    });
  }
  return findings;
}

/** The outermost element that is wider than the screen. */
function widest(root: ParentNode, width: number): string {
  for (const element of elementsIn(root)) {
    if (['html', 'head', 'body'].includes(element.localName) || !isShown(element)) continue;
    if (element.getBoundingClientRect().right > width + 1) return nameOf(element);
  }
  return 'html';
}
