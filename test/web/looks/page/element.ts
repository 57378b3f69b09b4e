/** What is said of elements: their names, their parents, whether a reader sees them. */
const styles = new Map<Element, CSSStyleDeclaration>();

/** The computed style; read once for one check of the page. */
export function styleOf(element: Element): CSSStyleDeclaration {
  let style = styles.get(element);
  if (style === undefined) styles.set(element, (style = getComputedStyle(element)));
  return style;
}

export function forgetStyles(): void {
  styles.clear();
}

/** The parent as it is drawn: out of a shadow tree to its host. */
export function parentOf(element: Element): Element | null {
  if (element.assignedSlot !== null) return element.assignedSlot;
  if (element.parentElement !== null) return element.parentElement;
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? root.host : null;
}

function ancestors(element: Element): Element[] {
  const list: Element[] = [];
  for (let one = parentOf(element); one !== null; one = parentOf(one)) list.push(one);
  return list;
}

/** Every element below, those of open shadow trees too. */
export function* elementsIn(root: ParentNode): Generator<Element> {
  for (const element of root.querySelectorAll('*')) {
    yield element;
    if (element.shadowRoot !== null) yield* elementsIn(element.shadowRoot);
  }
}

/** Drawn, and for eyes: not what only a screen reader gets. */
export function isShown(element: Element): boolean {
  if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false;
  return ![element, ...ancestors(element)].some(isForReadersOnly);
}

/** As `.unseen` does it: a box of one pixel, or one that is clipped away. */
function isForReadersOnly(element: Element): boolean {
  const { clipPath, clip, overflow, position } = styleOf(element);
  if (clipPath.startsWith('inset(50%') || clipPath.startsWith('inset(100%')) return true;
  if (/^rect\((?:0px|1px)(?:, (?:0px|1px)){3}\)$/.test(clip)) return true;
  const { width, height } = element.getBoundingClientRect();
  return position === 'absolute' && overflow === 'hidden' && width <= 1 && height <= 1;
}

/** A link past the navigation, which waits beside the page until the keyboard reaches it. */
export function isSkipLink(element: Element): boolean {
  const link = element.closest('a[href^="#"]');
  return link !== null && link.getBoundingClientRect().right <= 0;
}

/** `dialog.call table.marks > tr:nth-child(3) > td`: enough of the way to it that a developer finds it. */
export function nameOf(element: Element): string {
  const path = [element, ...ancestors(element)].filter(
    ({ localName }) => !['html', 'body'].includes(localName),
  );
  const names: string[] = [];
  for (const [depth, one] of path.entries()) {
    names.unshift(ownName(one));
    if (one.id !== '' || depth >= 4) break;
  }
  return names.join(' > ');
}

function ownName(element: Element): string {
  if (element.id !== '') return `#${element.id}`;
  const classes = [...element.classList].map((name) => `.${name}`).join('');
  const data = [...element.attributes]
    // An id of a call says nothing to a developer.
    .filter(({ name, value }) => name.startsWith('data-') && value !== '' && value.length <= 20)
    .slice(0, 2)
    .map(({ name, value }) => `[${name}=${value}]`)
    .join('');
  const alike = [...(element.parentNode?.children ?? [])].filter(
    ({ localName }) => localName === element.localName,
  );
  const place = alike.length > 1 ? `:nth-of-type(${alike.indexOf(element) + 1})` : '';
  return `${element.localName}${classes}${data}${place}`;
}

/** The dialog that makes the rest of the page inert, where one is open. */
export function scopeOf(): ParentNode {
  return [...document.querySelectorAll('dialog:modal')].at(-1) ?? document;
}
