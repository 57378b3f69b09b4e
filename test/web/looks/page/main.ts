import type { PageRead, Reading } from '../finding.js';
import { brokenWords } from './broken-words.js';
import { noteCanvasText } from './canvas-text.js';
import { clippedTexts } from './clipped.js';
import { smallControls } from './controls.js';
import { cutRows } from './cut-rows.js';
import { forgetStyles, scopeOf } from './element.js';
import { overlappingTexts } from './overlaps.js';
import { runsIn } from './runs.js';
import { saidIn } from './said.js';
import { sidewaysScroll } from './sideways.js';

/** Runs in the page, before the page's own scripts; what it offers to the test is this one function. */
declare global {
  var readLooks: (reading: Reading) => PageRead;
}

globalThis.readLooks = (reading) => {
  const root = scopeOf();
  try {
    const runs = runsIn(root);
    const findings = [
      ...clippedTexts(runs, root, reading),
      ...cutRows(runs, root),
      ...overlappingTexts(runs),
      ...brokenWords(runs),
      ...smallControls(root),
      ...sidewaysScroll(root, reading),
    ];
    return { findings, said: saidIn(root) };
  } finally {
    forgetStyles();
  }
};

noteCanvasText();
