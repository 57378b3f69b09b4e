import { effect, signal } from '@preact/signals';
import { sound } from './preferences.js';

/**
 * The chime for a threshold that was crossed just now.
 *
 *   off       the user has not asked for it
 *   blocked   asked for, and the browser lets the page make no sound until somebody clicks or types in it
 *   on        it will be heard
 */
export const chimeState = signal<'off' | 'blocked' | 'on'>('off');

let context: AudioContext | null = null;

effect(() => {
  if (sound.value === 'off') {
    void context?.close();
    context = null;
    chimeState.value = 'off';
  } else begin();
});

function begin(): void {
  context = new AudioContext();
  const own = context;
  const look = () => {
    if (context === own) chimeState.value = own.state === 'running' ? 'on' : 'blocked';
  };
  own.addEventListener('statechange', look);
  look();
}

/** Browsers allow sound once the page has been used. */
for (const gesture of ['pointerdown', 'keydown'])
  addEventListener(gesture, () => void context?.resume().catch(() => undefined));

/** Two rising notes, soft at both ends so that nothing cracks. */
export function chime(): void {
  if (context === null || context.state !== 'running') return;
  for (const [index, pitch] of [660, 880].entries()) {
    const begins = context.currentTime + index * 0.22;
    const [note, volume] = [context.createOscillator(), context.createGain()];
    note.frequency.value = pitch;
    volume.gain.setValueAtTime(0, begins);
    volume.gain.linearRampToValueAtTime(0.25, begins + 0.03);
    volume.gain.exponentialRampToValueAtTime(0.001, begins + 0.5);
    note.connect(volume).connect(context.destination);
    note.start(begins);
    note.stop(begins + 0.55);
  }
}
