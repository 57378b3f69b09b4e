/** Where people reach the bridge: what is before it may end TLS, and put it below a path. */
export interface PublicUrl {
  /** `https://bridge.example`, with its port where it is not the scheme's own. */
  readonly origin: string;
  /** Empty, or with a slash at its beginning and none at its end. */
  readonly path: string;
}

/** Without a slash at its end: addresses of the bridge are appended as they are. */
export function hrefOf({ origin, path }: PublicUrl): string {
  return `${origin}${path}`;
}
