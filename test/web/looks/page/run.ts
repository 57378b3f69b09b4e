import type { Box } from './box.js';

/** One line of text as it is drawn. */
export interface Run {
  /** The element that the text is in; a canvas, where it was drawn on one. */
  readonly element: Element;
  readonly text: string;
  /** The same with the spaces around it. */
  readonly raw: string;
  /** The ink: from the highest mark of a letter to the lowest, not the height of the line. */
  readonly ink: Box;
}
