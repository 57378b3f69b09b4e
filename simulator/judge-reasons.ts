/**
 * Why the judge excuses what differs from the truth: the only reasons there are. `docs/judge.md` prints this table.
 *
 * `contract`: docs/events.md says that polls cannot know it. `polls`: it follows from the instants of this bridge's polls.
 */
const REASONS = {
  'call-between-polls': {
    from: 'polls',
    means:
      'the whole call began and ended between two polls, or no poll showed it in a state that says anything',
  },
  'ringing-between-polls': { from: 'polls', means: 'no poll showed the extension ringing' },
  'talk-between-polls': {
    from: 'polls',
    means: 'no poll showed the extension connected, or none showed the one connected before',
  },
  'rings-on': {
    from: 'polls',
    means: 'the extension rang again for the same call before a poll could show it idle: one offer or two',
  },
  'end-after-last-poll': { from: 'polls', means: 'too few polls came after it to confirm it' },
  'first-seen-abandoned': {
    from: 'polls',
    means: 'the first poll that showed the row showed it Abandoned: who the caller was or is now may be lost',
  },
  'state-unclear': {
    from: 'polls',
    means: 'polls showed the call only in states that do not say what it does',
  },
  'seen-too-rarely': {
    from: 'polls',
    means: 'fewer polls showed it than may have been lost with a bridge that was killed',
  },
  'out-of-sight': {
    from: 'polls',
    means:
      'no poll could find any part of the call, which went on: a device lost its registration, or a caller overflowed to extensions that were all busy',
  },
  'consultation-not-shown': {
    from: 'polls',
    means:
      'a transfer by a consultation that no poll showed beside the caller’s leg, or during which the transferor’s device lost its registration',
  },
  'abandon-not-shown': { from: 'polls', means: 'the row was gone before a poll showed it Abandoned' },
  'clock-not-known': {
    from: 'polls',
    means:
      'the PBX’s clock is behind, and fewer than two rows that were new between two complete polls had shown that; or it is ahead, and no row had a time so much later than its answer',
  },
  'answer-between-polls': { from: 'contract', means: 'an answer shorter than a poll' },
  'who-answered-between-polls': {
    from: 'contract',
    means: 'which of several extensions that rang answered, for less than a poll',
  },
  'alike-callers': {
    from: 'contract',
    means:
      'two callers whom the rows do not distinguish: one number, or both withheld in the same way, and one hotline as far as rows have shown, alive at the same time',
  },
  'click-to-call-looks-answered': {
    from: 'contract',
    means: 'an ONCALL before the customer answers: click-to-call, or an autodialer',
  },
  'never-bridged': {
    from: 'contract',
    means:
      'an agent’s leg answered as the caller left, and the two were never bridged: it looks like an answer',
  },
  'stays-trying': {
    from: 'contract',
    means:
      'how a call ended whose row stayed Trying when its caller had gone, and which ends when that row has been stale for long',
  },
  'direction-not-shown': {
    from: 'contract',
    means:
      'whose direction the word in the rows is: a call that began before any poll had shown it, and that was emitted with the direction that its rows say',
  },
  'looks-like-a-redial': {
    from: 'contract',
    means:
      'the call went on, under an id of its own, at an extension that it had been at before: two calls that name each other',
  },
  'stopped-with-its-group': {
    from: 'contract',
    means:
      'why an extension stopped ringing, where something else of the call changed between the same two polls',
  },
} as const satisfies Readonly<
  Record<string, { readonly from: 'contract' | 'polls'; readonly means: string }>
>;

export type Reason = keyof typeof REASONS;

/** The share of all statements of a day that may be excused at most, by all reasons together. */
export const MOST_EXCUSED = 0.005;

const BEGIN = '<!-- reasons: written by `npm run docs:tables` -->';
const END = '<!-- end of reasons -->';

/** The document with the table as it is now. */
export function withReasons(document: string): string {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`the document has no "${BEGIN}" and "${END}" after it`);
  return `${document.slice(0, begin + BEGIN.length)}\n\n${reasonsTable()}\n\n${document.slice(end)}`;
}

function reasonsTable(): string {
  const rows = Object.entries(REASONS).map(
    ([name, { from, means }]) => `| \`${name}\` | ${from} | ${means} |`,
  );
  return ['| reason | from | what could not be known |', '| --- | --- | --- |', ...rows].join('\n');
}
