/**
 * Chooses the items of which one word contains the text that was typed. Upper and lower case are the same, and so are the
 * two ways in which Unicode writes a Vietnamese letter: as one character (NFC), or as a letter and its marks (NFD). An
 * empty text chooses every item.
 */
export function searchFor<Item>(
  text: string,
  wordsOf: (item: Item) => readonly string[],
): (item: Item) => boolean {
  const wanted = folded(text.trim());
  if (wanted === '') return () => true;
  return (item) => wordsOf(item).some((word) => folded(word).includes(wanted));
}

function folded(text: string): string {
  return text.normalize('NFC').toLocaleLowerCase();
}
