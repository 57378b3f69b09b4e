/**
 * The form in which names (queues, agents, extensions) are compared, wherever they come from: NFC, without white space
 * around them.
 *
 * Unicode writes `ă` as one character (NFC) or as two (NFD), and no screen shows the difference: a PBX stores what its
 * administrator's keyboard typed, a token has what an identity provider kept, and a client sends what its system makes.
 * Upper and lower case stay different. Names are compared in this form and shown as the PBX wrote them.
 */
export function nameForm(name: string): string {
  return name.normalize('NFC').trim();
}
