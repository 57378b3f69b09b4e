import { numberGroups } from '../data/number-groups.js';

/** A number in groups, as it is read aloud and dialled by hand. The gaps are no characters: who copies it copies the digits. */
export function CustomerNumber({ text }: { readonly text: string }) {
  return (
    <span class="customer-number">
      {numberGroups(text).map((group, place) => (
        <span key={place}>{group}</span>
      ))}
    </span>
  );
}
