import type {
  Endpoint,
  MonitorObservation,
  ObservedLeg,
  ObservedQueueEntry,
  QueueObservation,
} from '../../core/model/observation.js';
import { legStrength, readMonitorRow } from './monitor-row.js';
import { readQueueRow, entryStrength } from './queue-row.js';
import type { Locale, RowReading } from './row-reading.js';
import type { Strength } from './row-set.js';

/** How the two polled endpoints differ: in their paths, and in how their rows are read. */
export const ENDPOINT_TABLE: { readonly [Of in Endpoint]: EndpointReading<RowOf[Of]> } = {
  monitor: {
    path: '/v3/monitor?=null',
    readRow: readMonitorRow,
    identity: ['extension', 'call_id'],
    strength: legStrength,
    listsIdle: true,
  },
  queue: {
    path: '/v3/monitor/callcenter/queue',
    readRow: readQueueRow,
    identity: ['call_center_queue_uuid', 'joined_time'],
    strength: entryStrength,
    listsIdle: false,
  },
};

export interface EndpointReading<Row> {
  /** Exactly as the vendor's page has it. */
  readonly path: string;
  readonly readRow: (raw: unknown, locale: Locale) => RowReading<Row>;
  /** The fields that every row has. A row without them is no row of this list. */
  readonly identity: readonly string[];
  readonly strength: Strength<Row>;
  /** Whether it lists extensions without a call too. */
  readonly listsIdle: boolean;
}

export interface RowOf {
  readonly monitor: ObservedLeg;
  readonly queue: ObservedQueueEntry;
}

export interface ObservationOf {
  readonly monitor: MonitorObservation;
  readonly queue: QueueObservation;
}
