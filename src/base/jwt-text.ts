/**
 * Replaces JSON Web Tokens in a text of any length, each with the rest of its word. Every character is looked at once: an
 * expression would search the rest of a long word from each `eyJ` in it, or keep a way back for each of its characters until its stack is full.
 */
export function withoutJwts(text: string, mark: string): string {
  let kept = '';
  let from = 0;
  for (let begin = text.indexOf(BEGINNING); begin !== -1;) {
    const headerEnd = endOf(OF_A_PART, text, begin);
    const isHeader = headerEnd - begin >= SHORTEST_HEADER && text[headerEnd] === '.';
    const isToken = isHeader && endOf(OF_A_PART, text, headerEnd + 1) - headerEnd > SHORTEST_PAYLOAD;
    if (isToken) {
      kept += text.slice(from, begin) + mark;
      from = endOf(OF_A_WORD, text, headerEnd);
    }
    begin = text.indexOf(BEGINNING, isToken ? from : headerEnd);
  }
  return kept + text.slice(from);
}

/** `{"` in base64. */
const BEGINNING = 'eyJ';
const SHORTEST_HEADER = 11;
const SHORTEST_PAYLOAD = 2;

const OF_A_PART = /[\w-]/;
const OF_A_WORD = /[\w.-]/;

function endOf(characters: RegExp, text: string, from: number): number {
  let end = from;
  while (end < text.length && characters.test(text[end]!)) end++;
  return end;
}
