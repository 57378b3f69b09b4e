/** The client package's newest bundles: `file` is below `/client/`, `integrity` what a page writes into the attribute. */
export interface ClientBundles {
  readonly version: string;
  readonly module: ClientBundle;
  readonly classic: ClientBundle;
}

interface ClientBundle {
  readonly file: string;
  readonly integrity: string;
}

/**
 * What a page writes to show the cards of an extension, as HTML.
 *
 * @param bridge the address by which people reach the bridge, without a slash at its end
 */
export function clientTag({ module }: ClientBundles, bridge: string, extension: string): string {
  return `<script type="module" src="${bridge}/client/${module.file}"
  integrity="${module.integrity}" crossorigin></script>
<pitel-pop extension="${extension}" token-url="/bridge-token"></pitel-pop>`;
}
