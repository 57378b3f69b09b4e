import { boardWords } from '../../i18n/board-i18n.js';
import { ADDRESS } from '../../state/address.js';
import { chimeState } from '../../state/chime.js';
import { sound } from '../../state/preferences.js';

/** Turns the chime on and off, and shows whether the browser lets it be heard. */
export function Sound() {
  const said = boardWords();
  const state = chimeState.value;
  // A kiosk has no controls, but for the one that says that its chime cannot be heard.
  if (ADDRESS.kiosk && state !== 'blocked') return null;
  const { text, hint } = {
    off: { text: said.soundOff, hint: said.soundOffHint },
    on: { text: said.soundOn, hint: said.soundOnHint },
    blocked: { text: said.soundBlocked, hint: said.soundBlockedHint },
  }[state];
  return (
    <button
      type="button"
      class="sound"
      data-sound={state}
      title={hint}
      // What the browser blocks is allowed by the click itself.
      onClick={() => (sound.value = state === 'off' || state === 'blocked' ? 'on' : 'off')}
    >
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d="M2 6h3l4-3v10L5 10H2z" />
        {state === 'on' ? <path class="line" d="M11 5.5a4 4 0 0 1 0 5M13 4a6 6 0 0 1 0 8" /> : null}
        {state !== 'on' ? <path class="line" d="M11.5 6l4 4m0-4l-4 4" /> : null}
      </svg>
      <span class={state === 'blocked' ? '' : 'unseen'}>{text}</span>
    </button>
  );
}
