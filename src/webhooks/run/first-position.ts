import type { WebhookStart } from '../../config/webhooks/webhook-endpoint.js';
import { parseCursor, type Position } from '../../core/model/position.js';
import { ageCut } from '../../deliver/log/age-cut.js';
import { acrossEpochs, oldestSequence } from '../../deliver/log/resumption.js';
import type { LogReader } from '../../store/store.js';
import { BEFORE_THE_LOG } from '../../store/webhook-store.js';

/**
 * Where an endpoint begins of which nothing is known. While the tenant has no log, that is before the log, and null for a time:
 * only the log will say what was recorded by then. A cursor that the log does not know leads to a gap as soon as it is read.
 */
export async function firstPosition(
  tenant: string,
  from: WebhookStart | 'oldest',
  store: Pick<LogReader, 'read'>,
): Promise<Position | null> {
  const { epoch, last, ...reach } = await store.read(tenant, 0, 1);
  const isTime = from !== 'oldest' && from.kind === 'time';
  if (epoch === null) return isTime ? null : (cursorOf(from) ?? BEFORE_THE_LOG);
  const end = { epoch, sequence: last };
  const oldest = oldestSequence(end, acrossEpochs({ epoch, ...reach }));
  if (from === 'oldest') return { epoch, sequence: oldest };
  switch (from.kind) {
    case 'now':
      return end;
    case 'cursor':
      return cursorOf(from) ?? end;
    case 'time': {
      const cut = await ageCut(from.at, last, async (sequence) => {
        const slice = await store.read(tenant, Math.max(0, sequence - 1), 1);
        return slice.events[0];
      });
      return { epoch, sequence: cut === null ? oldest : cut - 1 };
    }
  }
}

function cursorOf(from: WebhookStart | 'oldest'): Position | null {
  return from !== 'oldest' && from.kind === 'cursor' ? parseCursor(from.cursor) : null;
}
