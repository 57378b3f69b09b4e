import { createBridge, screenPop } from '@pitel-event-bridge/client';
import { closeCard, markAnswered, openCard, openElsewhere } from './cards.js';

export function popFor(extension: string, url: string, token: () => string) {
  const bridge = createBridge({ url, token });
  const cards = { open: openCard, answered: markAnswered, close: closeCard, restore: openCard };
  const pops = screenPop(bridge, { extension, ...cards, elsewhere: openElsewhere });
  return { bridge, stop: () => (pops.stop(), bridge.close()) };
}
