/** What the bridge serves as `/client/<version>.js`: the package, and the element, which is defined when this is loaded. */
export * from '../index.js';
export * from '../element.js';
