/** Two tones, as long as a short ring. Made here, because a policy of the page may allow no media at all. */
const TONES_HZ = [880, 660];
const TONE_S = 0.18;

/** Sound and notifications, as far as the browser allows them; what it does not allow is no error. */
export class Attention {
  private audio: AudioContext | null = null;
  private note: Notification | null = null;

  /** The browser lets the page sound, or ask for notifications, only after a click. */
  get wantsClick(): boolean {
    return !wasClicked() || permission() === 'default';
  }

  /** To be called in a click. */
  async enable(): Promise<void> {
    try {
      this.chime();
      await Notification.requestPermission();
    } catch {
      // Not here: an insecure page, a frame.
    }
  }

  /** `sound`: an address, or empty for the tones. The notification is for a page that the agent does not see. */
  call(sound: string, title: string, body: string): void {
    try {
      if (sound === '') this.chime();
      else void new Audio(sound).play().catch(() => undefined);
      if (document.hasFocus() || permission() !== 'granted') return;
      this.note = new Notification(title, { body, tag: 'pitel-pop' });
      this.note.onclick = () => window.focus();
    } catch {
      // Android's Chrome has notifications for service workers alone.
    }
  }

  /** The call rings no more. */
  done(): void {
    this.note?.close();
  }

  private chime(): void {
    // Before a click a browser would only complain.
    if (!wasClicked()) return;
    const audio = (this.audio ??= new AudioContext());
    void audio.resume().catch(() => undefined);
    TONES_HZ.forEach((frequency, index) => {
      const tone = new OscillatorNode(audio, { frequency });
      const from = audio.currentTime + index * TONE_S;
      tone.connect(new GainNode(audio, { gain: 0.15 })).connect(audio.destination);
      tone.start(from);
      tone.stop(from + TONE_S);
    });
  }
}

function wasClicked(): boolean {
  return (navigator as Partial<Navigator>).userActivation?.hasBeenActive !== false;
}

function permission(): NotificationPermission {
  return typeof Notification === 'undefined' ? 'denied' : Notification.permission;
}
