import { callbackWords } from '../../i18n/callback-i18n.js';
import type { Callbacks } from '../../state/callbacks.js';
import { customerText } from '../customer-text.js';
import { endText } from './callback-texts.js';

/** For those who do not see the list: what came and what went without anything done here. */
export function News({ callbacks }: { readonly callbacks: Callbacks }) {
  const texts = callbackWords();
  const entry = callbacks.news.value;
  return (
    <p class="unseen" role="status">
      {entry !== null &&
        (entry.done === null
          ? texts.newsDue(customerText(entry))
          : texts.newsDone(customerText(entry), endText(entry.done)))}
    </p>
  );
}
