/** One HTTP address as `/docs` describes it. */
export interface Operation {
  /** The name that generated clients give it: a verb and what it is about. It never changes, whatever the code is called. */
  readonly operationId: string;
  /** Under which generators and pages group it. */
  readonly tag: Tag;
  readonly summary: string;
  readonly description: string;
  /** Without a token. */
  readonly public?: true;
  /** Without `tenant`, which every address with a token has. */
  readonly parameters?: readonly Parameter[];
  /** What is sent with it, as JSON. */
  readonly body?: { readonly component: string; readonly example: object };
  readonly ok: Answer;
  /** Statuses of problem documents, beside those that every address with a token has. */
  readonly problems?: Readonly<Record<number, string>>;
}

/** Operations by method and path, in reading order: `GET /v1/calls/{callId}`. */
export type Operations = Readonly<Record<string, Operation>>;

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly description: string;
  readonly schema: object;
  /** Of a list: commas between its items. */
  readonly style?: 'form';
  readonly explode?: false;
  readonly example?: string | readonly string[];
}

interface Answer {
  readonly description: string;
  readonly mediaType: string;
  /** The name of a component; absent where the answer is text or an object that the description explains. */
  readonly component?: string;
  readonly example?: unknown;
  /** The address answers with a table too; as lines, the header among them. */
  readonly csv?: readonly string[];
}

/** In the order of the document. */
export const TAGS = {
  calls: 'The calls that are alive, and those that have ended',
  events: 'The event log: page by page, and as it grows',
  queues: 'What goes on in the queues',
  callbacks: 'Who is owed a call, and what people do about it',
  stats: 'What the days have come to: numbers of queues and agents',
  pbx: 'What is known of the PBX: its extensions, and whether it is being observed',
  webhooks: 'The addresses that events are sent to: how they do, tests and redelivery',
  schemas: 'The JSON Schemas of events',
  service: 'For those who operate the bridge: health and metrics, without a token',
} as const;
type Tag = keyof typeof TAGS;

export const JSON_TYPE = 'application/json';
