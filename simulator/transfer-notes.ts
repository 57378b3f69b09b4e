import type { CallTruth, TransferTruth } from './truth.js';

/** The truth's record of a call's transfers: `TransferTruth`. */

export function noteTransferBegun(
  call: CallTruth,
  transfer: Pick<TransferTruth, 'as' | 'from' | 'to' | 'at'> & Partial<TransferTruth>,
): TransferTruth {
  const noted: TransferTruth = { leftAt: null, answeredAt: null, outcome: null, ...transfer };
  call.transfers.push(noted);
  return noted;
}

/** Of several that are open the last: a supervisor may have taken over from an agent who was consulting. */
export function noteTransferAnswered(call: CallTruth, at: number, to: string): void {
  const open = call.transfers.findLast(({ outcome }) => outcome === null);
  if (open === undefined) return;
  open.to = to;
  open.answeredAt = at;
  open.leftAt ??= at;
  open.outcome = 'answered';
}

/** The call is over: a transfer that is still open came to nothing. */
export function noteTransfersOver(call: CallTruth, at: number): void {
  for (const transfer of call.transfers) {
    transfer.outcome ??= 'given-up';
    transfer.leftAt ??= at;
  }
}
