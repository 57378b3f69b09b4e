/**
 * Texts that begin with a uuid, in less bytes: the PBX names calls, extensions and queues by uuids, and they are half of what
 * is kept of a call.
 *
 *     <uuid><rest>   `~`, the 16 bytes in base64url (22 characters), the rest
 *     ~<rest>        `~~<rest>`
 *     anything else  as it is
 */
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

export function packed(text: string): string {
  if (text.startsWith('~')) return `~${text}`;
  if (!UUID.test(text)) return text;
  const bytes = Buffer.from(text.slice(0, 36).replaceAll('-', ''), 'hex');
  return `~${bytes.toString('base64url')}${text.slice(36)}`;
}

export function unpacked(text: string): string {
  if (!text.startsWith('~')) return text;
  if (text.startsWith('~~')) return text.slice(1);
  const hex = Buffer.from(text.slice(1, 23), 'base64url').toString('hex');
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
  return parts.join('-') + text.slice(23);
}
