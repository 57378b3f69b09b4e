import type { CallView, Queue } from '@pitel-event-bridge/client';

/**
 * Which board an address asks for:
 *
 *   ?queues=Sales,Support     only these queues, by name or id
 *   &extensions=101-120,130   only these extensions, ranges among them
 *   &title=Team A             what it is called
 *   &kiosk                    without controls; pages turn by themselves
 */
export interface BoardAddress {
  readonly title: string | null;
  /** As they were written; null: all. */
  readonly queues: readonly string[] | null;
  readonly extensions: readonly ExtensionRange[] | null;
  readonly kiosk: boolean;
}

interface ExtensionRange {
  readonly first: string;
  readonly last: string;
}

export function boardAddress(search: string): BoardAddress {
  const query = new URLSearchParams(search);
  const names = (name: string) =>
    query
      .getAll(name)
      .flatMap((text) => text.split(','))
      .map(nameForm)
      .filter((text) => text !== '');
  const queues = names('queues');
  const extensions = names('extensions').map(rangeOf);
  const title = nameForm(query.get('title') ?? '');
  return {
    title: title === '' ? null : title.slice(0, MAX_TITLE),
    queues: queues.length === 0 ? null : queues,
    extensions: extensions.length === 0 ? null : extensions,
    kiosk: query.has('kiosk') && query.get('kiosk') !== 'no',
  };
}

const MAX_TITLE = 60;

/** `101-120`; a name with a hyphen that is no range of numbers is itself. */
function rangeOf(text: string): ExtensionRange {
  const [, first, last] = /^(\d+)-(\d+)$/.exec(text) ?? [];
  return first === undefined || last === undefined ? { first: text, last: text } : { first, last };
}

export function showsQueue({ queues }: BoardAddress, { id, name }: Queue): boolean {
  return queues === null || queues.includes(nameForm(id)) || queues.includes(nameForm(name));
}

export function showsExtension({ extensions }: BoardAddress, extension: string): boolean {
  return (
    extensions === null ||
    extensions.some(({ first, last }) =>
      first === last
        ? extension === first
        : /^\d+$/.test(extension) && Number(extension) >= Number(first) && Number(extension) <= Number(last),
    )
  );
}

/** A call of one of the queues, or at one of the extensions; where the board names neither, every call. */
export function showsCall(address: BoardAddress, { queues, extensions, agent }: CallView): boolean {
  if (address.queues === null && address.extensions === null) return true;
  if (address.queues !== null && queues.some((queue) => showsQueue(address, queue))) return true;
  if (address.extensions === null) return false;
  const own = [...extensions.map(({ extension }) => extension), agent?.extension ?? ''];
  return own.some((extension) => extension !== '' && showsExtension(address, extension));
}

/** The names of queues that the bridge knows none of: a board would be empty without a word otherwise. */
export function unknownQueues({ queues }: BoardAddress, known: readonly Queue[]): readonly string[] {
  const names = new Set(known.flatMap(({ id, name }) => [nameForm(id), nameForm(name)]));
  return (queues ?? []).filter((name) => !names.has(name));
}

/** Unicode writes a Vietnamese letter in two ways; an address may have either. */
function nameForm(name: string): string {
  return name.normalize('NFC').trim();
}
