import type { Subscription } from '../store.js';

/** Those who hear of something, each after the call that notifies has returned, as a message from Redis would arrive; microtasks keep the order. */
export class Followers<Message> {
  readonly #followers = new Set<{ readonly hear: (message: Message) => void }>();

  add(hear: (message: Message) => void): Subscription {
    const follower = { hear };
    this.#followers.add(follower);
    return {
      close: () => {
        this.#followers.delete(follower);
        return Promise.resolve();
      },
    };
  }

  notify(message: Message): void {
    for (const follower of this.#followers) {
      queueMicrotask(() => {
        if (this.#followers.has(follower)) follower.hear(message);
      });
    }
  }

  clear(): void {
    this.#followers.clear();
  }
}
