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

/** What differs from one polled endpoint to the other: where it is asked for, and how its rows are read. */
export const ENDPOINT_TABLE: { readonly [Of in Endpoint]: EndpointReading<RowOf[Of]> } = {
  monitor: {
    path: '/v3/monitor?=null',
    readRow: readMonitorRow,
    strength: legStrength,
    listsIdle: true,
  },
  queue: {
    path: '/v3/monitor/callcenter/queue',
    readRow: readQueueRow,
    strength: entryStrength,
    listsIdle: false,
  },
};

export interface EndpointReading<Row> {
  /** Literally as the vendor's page writes it. */
  readonly path: string;
  readonly readRow: (raw: unknown, locale: Locale) => RowReading<Row>;
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
