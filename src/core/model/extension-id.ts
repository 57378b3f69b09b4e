/**
 * Whether the text is an id by which the PBX can be asked about an extension: "`id` is an extension's uuid or number"
 * (vendor's page). The id becomes a segment of a path, so it must not contain anything that leads to another path.
 * Monitor rows may carry other names, such as those of feature codes: their calls are followed, but they have no
 * registration.
 */
export function isExtensionId(text: string): boolean {
  return EXTENSION_ID.test(text);
}

/** A number has at most 15 digits, as in E.164. */
const EXTENSION_ID = /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{1,15})$/i;
