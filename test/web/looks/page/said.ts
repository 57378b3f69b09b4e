import type { Said } from '../finding.js';
import { elementsIn, isShown, nameOf } from './element.js';

/** Texts of attributes that a reader sees or hears. */
const ATTRIBUTES = ['title', 'aria-label', 'placeholder', 'alt', 'aria-description'];
const NEVER_SAID = 'script, style, head, code';

/** All that the page says, for eyes and for ears. By paragraph and not by node: a phrase may run through a `<b>`. */
export function saidIn(root: ParentNode): Said[] {
  const said: Said[] = [];
  if (root === document) said.push({ where: 'title', text: document.title });
  for (const element of elementsIn(root)) {
    if (element.closest(NEVER_SAID) !== null) continue;
    for (const name of ATTRIBUTES) {
      const text = element.getAttribute(name) ?? '';
      if (text.trim() !== '') said.push({ where: `${nameOf(element)}[${name}]`, text });
    }
    const hasText = [...element.childNodes].some((node) => node instanceof Text && node.data.trim() !== '');
    const isSaid = element instanceof HTMLOptionElement || isShown(element) || element.checkVisibility();
    if (hasText && isSaid) {
      said.push({ where: nameOf(element), text: paragraphOf(element) });
    }
  }
  return said;
}

/** The element's words in their order; the choices of a list in it are no part of the sentence. */
function paragraphOf(element: Element): string {
  const choices = [...element.querySelectorAll('option')];
  const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let all = '';
  for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
    if (!choices.some((choice) => choice.contains(node))) all += node.nodeValue ?? '';
  }
  return all.trim().replaceAll(/\s+/g, ' ');
}
