import type { Finding } from '../finding.js';
import { nameOf } from './element.js';
import type { Run } from './run.js';

/** A line may end after these within a word, and nothing of it looks broken. */
const BREAKS_AFTER = /[-–—/\\.,:;_@…]$/u;

/** Words that go on in the next line although no hyphen says so: “ChamSocKH_3998” over “9221”. */
export function brokenWords(runs: readonly Run[]): Finding[] {
  const lines = new Map<Element, number>();
  for (const { element } of runs) lines.set(element, (lines.get(element) ?? 0) + 1);
  const findings: Finding[] = [];
  for (const [element, count] of lines) {
    if (count < 2 || element instanceof HTMLCanvasElement || element.closest('pre, code') !== null) continue;
    for (const node of element.childNodes) {
      if (!(node instanceof Text)) continue;
      for (const { 0: word, index } of node.data.matchAll(/\S+/gu)) {
        const at = breakOf(node, index, word);
        if (at === null || BREAKS_AFTER.test(word.slice(0, at))) continue;
        findings.push({
          check: 'broken-word',
          where: nameOf(element),
          what: `“${word}” goes on in the next line after “${word.slice(0, at)}”`,
        });
      }
    }
  }
  return findings;
}

/** After how many letters the word goes on in another line; null: it is in one. */
function breakOf(node: Text, start: number, word: string): number | null {
  const range = document.createRange();
  const topOf = (index: number) => {
    range.setStart(node, start + index);
    range.setEnd(node, start + index + 1);
    return range.getBoundingClientRect().top;
  };
  range.setStart(node, start);
  range.setEnd(node, start + word.length);
  if (range.getClientRects().length < 2) return null;
  const first = topOf(0);
  for (let index = 1; index < word.length; index++) if (topOf(index) > first + 1) return index;
  return null;
}
