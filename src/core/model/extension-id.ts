/**
 * Whether the PBX can be asked about an extension by this: "`id` is an extension's uuid or number" (vendor's page), which
 * becomes a part of a path, so that nothing in it may reach into another. Rows of the monitor may carry other names, such
 * as those of feature codes: their calls are followed like any, but there is nothing to ask about them.
 */
export function isExtensionId(text: string): boolean {
  return EXTENSION_ID.test(text);
}

/** No number that anybody dials is longer than E.164 allows. */
const EXTENSION_ID = /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{1,15})$/i;
