/** The three numbers of a row. What they mean depends on the direction; see `numbersOf…` in `rows.ts`. */
export interface RowNumbers {
  readonly bCid: string;
  readonly cid: string;
  readonly destination: string;
}

/** What a leg's row shows. */
export interface LegView extends RowNumbers {
  readonly id: number;
  readonly callId: string;
  readonly direction: 'inbound' | 'outbound' | 'local';
  /** The PBX rang the extension, although the call is an outbound one (click-to-call). */
  readonly towardsExtension: boolean;
  readonly state: string | null;
  readonly callTime: number;
}
