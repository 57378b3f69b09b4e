import { numberGroups } from '../data/number-groups.js';

/** A number in groups, as it is read aloud and dialled by hand. The gaps are no characters: who copies it copies the digits. */
export function CustomerNumber({ text }: { readonly text: string }) {
  const groups = numberGroups(text);
  // Names, as of a local call, may go on in the next line.
  return (
    <span class={groups.length > 1 ? 'customer-number' : undefined}>
      {groups.map((group, place) => (
        <span key={place}>{group}</span>
      ))}
    </span>
  );
}
