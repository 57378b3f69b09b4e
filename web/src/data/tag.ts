/** The newest client that the bridge serves, as `/client.json` names it. */
export interface ServedModule {
  readonly file: string;
  readonly integrity: string;
}

/**
 * What a page writes to show this extension's cards.
 *
 * @param base the bridge's address, with a slash at its end
 * @param module null where the bridge has not said what it serves
 */
export function tagOf(base: string, extension: string, module: ServedModule | null): string {
  const script =
    module === null
      ? `<script type="module" src="${base}client.js"></script>`
      : `<script type="module" src="${base}${module.file}"\n  integrity="${module.integrity}" crossorigin></script>`;
  const escaped = extension.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
  return `${script}\n<pitel-pop extension="${escaped}" token-url="/bridge-token"></pitel-pop>`;
}
