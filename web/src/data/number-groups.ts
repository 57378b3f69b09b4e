/**
 * How a telephone number is read aloud, in groups: a Vietnamese mobile number as 4, 3 and 3 digits, a landline after its area
 * code. What is no whole number of that form, a masked one among them, is one group.
 */
export function numberGroups(text: string): readonly string[] {
  const [, ...groups] =
    /^(0[35789]\d{2})(\d{3})(\d{3})$/.exec(text) ?? /^(02\d{1,2})(\d{4})(\d{4})$/.exec(text) ?? [];
  return groups.length === 0 ? [text] : groups;
}
