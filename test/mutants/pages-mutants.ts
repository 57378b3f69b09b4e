import { type Mutant, mutantsOf } from './mutant.js';

const APP = 'src/app';

/** What pages of others load from the bridge, and may do with its own. */
export const PAGES_MUTANTS: readonly Mutant[] = [
  ...mutantsOf(`${APP}/serve-client.ts`, `${APP}/serve-client.spec.ts`, [
    [
      "'Access-Control-Allow-Origin': '*',",
      '',
      'no page could load the client with `integrity`, or as a module',
    ],
    [
      "'Cross-Origin-Resource-Policy': 'cross-origin',",
      '',
      'a page that isolates itself could not load the client',
    ],
    [
      'redirect(302, `client/${alias}`)',
      'redirect(302, `/client/${alias}`)',
      'below a path it would lead out',
    ],
    [
      'set(CHANGES).redirect(302',
      'redirect(302',
      'browsers could stay at the version of the day on which they first asked',
    ],
    [
      '`"${etags.get(name)}-${coding}"`',
      '`"${etags.get(name)}"`',
      'a cache could give compressed bytes to a client that does not take them',
    ],
    [
      "Vary: 'Accept-Encoding',",
      '',
      'a cache could give compressed bytes to a client that does not take them',
    ],
    [
      'if (file === undefined) return notServed(response, path, newest.version);',
      'if (file === undefined) return void next();',
      'a developer would not learn which version to load',
    ],
    [
      "status(404).set({ 'Cache-Control': 'no-store',",
      "status(404).set({ 'Cache-Control': 'public, max-age=31536000, immutable',",
      'a version would stay missing after it was deployed',
    ],
  ]),
  ...mutantsOf(`${APP}/pages.ts`, `${APP}/pages.spec.ts`, [
    [
      'frameAncestors.length === 0 ? "\'none\'" :',
      'frameAncestors.length === 0 ? "*" :',
      'any page could lay its buttons over the wallboard',
    ],
    ["frameAncestors.join(' ')", "frameAncestors.join(',')", 'the header would be two policies'],
  ]),
  ...mutantsOf('src/config/settings/formats.ts', 'src/config/config.spec.ts', [
    [
      'origin !== undefined && /^https?:\\/\\/[\\w.-]+(:\\d+)?$/.test(origin) ? origin : undefined;',
      'origin;',
      'a semicolon in FRAME_ANCESTORS would add a directive to the policy of every page',
    ],
  ]),
  ...mutantsOf('src/cli/token-sample.ts', 'src/cli/token-sample.spec.ts', [
    [
      'if (extension === undefined || others.length > 0)',
      'if (extension === undefined)',
      'the sample would show the cards of one extension of several',
    ],
    [
      "if (!isLoopback(host)) return 'https://bridge.example';",
      '',
      'the sample would lead to an address at which no browser reaches the bridge',
    ],
  ]),
];
