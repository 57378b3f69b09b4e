import * as client from './module.js';

declare global {
  /** The whole package, where a page has no modules. */
  var PitelBridge: typeof client | undefined;
}

/**
 * What the bridge serves as `/client/<version>.global.js`. Nothing else becomes global, and no `define`, `module` or
 * `exports` is looked for: a page with RequireJS, or one of Electron, gets the same. Included again, also in another version, it
 * leaves what is there, like the element: both are then of one version.
 */
globalThis.PitelBridge ??= client;
