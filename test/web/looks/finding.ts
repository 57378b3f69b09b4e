/** Something on a page that a reader would call broken: which check found it, where, and what is there. */
export interface Finding {
  readonly check: Check;
  /** The element, as a selector that a developer recognises. */
  readonly where: string;
  /** The text concerned, and what is wrong with it, in one line. */
  readonly what: string;
}

export type Check =
  | 'clipped'
  | 'cut-row'
  | 'overlap'
  | 'broken-word'
  | 'small-control'
  | 'sideways'
  | 'refused-word'
  | 'nonsense'
  | 'axe';

/** How the page is read. */
export interface Reading {
  /** Which language's refused phrases count. */
  readonly language: 'vi' | 'en';
  /** A screen that no hand touches: what has to be scrolled for cannot be read there. */
  readonly kiosk?: boolean;
  /** Read with a finger: there is no pointer that could hover, so a `title` shows nothing. */
  readonly touch?: boolean;
  /** For those who program: “null” is a value there and no mistake. */
  readonly technical?: boolean;
}

/** A text that a reader sees or hears, and where. */
export interface Said {
  readonly where: string;
  readonly text: string;
}

/** What the part of the checker that runs in the page returns. */
export interface PageRead {
  readonly findings: readonly Finding[];
  readonly said: readonly Said[];
}

function findingLine({ check, where, what }: Finding): string {
  return `${check}: ${where}: ${what}`;
}

/** A line each, rows of one list as one: the first of those that are alike, and how many more there are. */
export function findingLines(findings: readonly Finding[]): string[] {
  const alike = new Map<string, Finding[]>();
  for (const finding of findings) {
    const kind = `${finding.check} ${finding.where} ${finding.what.replaceAll(/“[^”]*”/g, '')}`;
    const key = kind.replaceAll(/:nth-of-type\(\d+\)|\[[^\]]*\]|\d+/g, '');
    alike.set(key, [...(alike.get(key) ?? []), finding]);
  }
  return [...alike.values()].map(([first, ...more]) =>
    more.length === 0 ? findingLine(first!) : `${findingLine(first!)} (and ${more.length} more alike)`,
  );
}
