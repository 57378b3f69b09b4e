import fc from 'fast-check';
import { DeskPolls } from '../../../test/support/desk-polls.js';
import { drained, longestGapAround, polls } from '../../../test/support/drawn-polls.js';
import { CALLBACK_REQUEST_KINDS } from '../../core/callbacks/callback-request.js';

/** What somebody asks after a poll, of the call-back that was opened at this place; null: nothing is asked. */
const deed = fc.option(
  fc.record({
    kind: fc.constantFrom(...CALLBACK_REQUEST_KINDS),
    by: fc.constantFrom('lan', 'minh'),
    nth: fc.nat({ max: 2 }),
  }),
  { freq: 2 },
);

describe('for any history of polls, and whatever people ask', () => {
  it('an owner that drops what it knows at any poll, and claims it again, leaves what one that keeps it leaves', async () => {
    await fc.assert(
      fc.asyncProperty(
        polls,
        fc.array(deed, { maxLength: 26 }),
        fc.array(fc.boolean(), { minLength: 26, maxLength: 26 }),
        async (drawn, deeds, drops) => {
          const [kept, dropped] = [new DeskPolls(), new DeskPolls()];
          const all = drained(drawn);
          for (const [nth, poll] of all.entries()) {
            // What was not watched for long counts as such where the owner has changed; and which answer was the last that was
            // watched, only an owner knows that has had it since.
            const { legs = [], entries = [] } = all[nth - 1] ?? {};
            const isWatched =
              longestGapAround(nth, all) < 10 && Array.isArray(legs) && Array.isArray(entries);
            if (drops[nth] === true && isWatched) dropped.drop();
            for (const one of [kept, dropped]) {
              await one.poll(poll);
              if (deeds[nth]) await one.ask(deeds[nth]);
            }
          }
          expect(await dropped.left()).toEqual(await kept.left());
        },
      ),
      { numRuns: 15 },
    );
  });
});
