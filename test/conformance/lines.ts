import type { BridgeEvent, CallView } from '../../src/core/model/event.js';

/** The line protocol of docs/conformance.md: a JSON object a line, the kit's on the consumer's stdin, the consumer's on its stdout. */
export const PROTOCOL = 1;

export interface SourceState {
  readonly endpoint: string;
  readonly state: string;
  readonly lastCompleteAt: string | null;
  readonly lastError: string | null;
  readonly clockSkewMs: number | null;
}

export interface PlayedSnapshot {
  readonly cursor: string;
  readonly calls: readonly CallView[];
  /** None: what a consumer makes of them is not judged. */
  readonly queues: readonly [];
  readonly sources: readonly SourceState[];
}

export type ToConsumer =
  | { readonly do: 'start'; readonly protocol: number; readonly cursor: string | null; readonly dir: string }
  | { readonly do: 'connected' }
  | { readonly do: 'snapshot'; readonly snapshot: PlayedSnapshot }
  | { readonly do: 'reset'; readonly reason: string }
  | { readonly do: 'event'; readonly event: BridgeEvent }
  | { readonly do: 'closing'; readonly code: string }
  | { readonly do: 'fragment'; readonly cursor: string; readonly text: string }
  | { readonly do: 'lost' }
  | { readonly do: 'deliver'; readonly delivery: string; readonly event: BridgeEvent }
  | { readonly do: 'report'; readonly report: number };

export type Profile = 'stream' | 'delivery';

export interface StateLine {
  readonly say: 'state';
  readonly report: number;
  /** The state of each call that is alive, by `callId`; left out by a consumer that keeps none. */
  readonly calls?: Readonly<Record<string, string>>;
  /** The state of each endpoint of the PBX; left out by a consumer that keeps none. */
  readonly sources?: Readonly<Record<string, string>>;
}

export type FromConsumer =
  | { readonly say: 'ready'; readonly profile: Profile }
  | { readonly say: 'connect'; readonly cursor: string | null }
  | { readonly say: 'disconnect' }
  | { readonly say: 'handled'; readonly id: string }
  | { readonly say: 'saved'; readonly cursor: string }
  | { readonly say: 'acknowledged'; readonly delivery: string }
  | { readonly say: 'refused'; readonly delivery: string; readonly reason?: string }
  | StateLine;

/** What a field must be, by the line's `say`. */
const FIELDS: Readonly<Record<string, Readonly<Record<string, (value: unknown) => boolean>>>> = {
  ready: { profile: (value) => value === 'stream' || value === 'delivery' },
  connect: { cursor: (value) => value === null || isText(value) },
  disconnect: {},
  handled: { id: isText },
  saved: { cursor: isText },
  acknowledged: { delivery: isText },
  refused: { delivery: isText },
  state: {
    report: Number.isInteger,
    calls: (value) => value === undefined || isTexts(value),
    sources: (value) => value === undefined || isTexts(value),
  },
};

/** The line, or a text that says why it is none. */
export function parseLine(text: string): FromConsumer | string {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch {
    return 'it is no JSON (anything else that the consumer prints belongs on stderr)';
  }
  if (!isObject(line)) return 'it is no JSON object';
  const fields = Object.hasOwn(FIELDS, String(line.say)) ? FIELDS[String(line.say)]! : null;
  if (fields === null) return `"say" is none of ${Object.keys(FIELDS).join(', ')}`;
  const wrong = Object.entries(fields).find(([name, fits]) => !fits(line[name]));
  return wrong === undefined
    ? (line as unknown as FromConsumer)
    : `"${wrong[0]}" is missing, or not of its kind`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isTexts(value: unknown): boolean {
  return isObject(value) && Object.values(value).every(isText);
}
