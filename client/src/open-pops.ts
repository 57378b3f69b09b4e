import type { CallView } from './contract.js';

/** A pop that this tab has opened and that has not been closed. */
export interface OpenPop {
  /** The key under which it was claimed. */
  readonly key: string;
  /** The call as it was last seen. */
  readonly call: CallView;
  readonly answered: boolean;
}

/** This tab's open pops by `callId`, kept in `sessionStorage`, so that a reloaded page knows which pops it had open. */
export class OpenPops {
  private readonly pops = new Map<string, OpenPop>();
  private readonly storageKey: string;

  constructor(channel: string) {
    this.storageKey = `${channel} open`;
    try {
      const kept = JSON.parse(sessionStorage.getItem(this.storageKey) ?? '[]') as OpenPop[];
      for (const pop of kept) this.pops.set(pop.call.callId, pop);
    } catch {
      // No storage, or a value that this class did not write: as in a new tab.
    }
  }

  get all(): readonly OpenPop[] {
    return [...this.pops.values()];
  }

  get(callId: string): OpenPop | undefined {
    return this.pops.get(callId);
  }

  set(pop: OpenPop): void {
    this.pops.set(pop.call.callId, pop);
    this.keep();
  }

  delete(callId: string): void {
    this.pops.delete(callId);
    this.keep();
  }

  private keep(): void {
    try {
      sessionStorage.setItem(this.storageKey, JSON.stringify(this.all));
    } catch {
      // Without storage a reloaded page knows nothing of its pops; nothing else depends on it.
    }
  }
}
