import type { Signal } from '@preact/signals';

/** Chooses one of the queues, by id, or all of them: null. */
export function QueueChoice({
  texts,
  queue,
  queues,
}: {
  readonly texts: { readonly queue: string; readonly allQueues: string };
  readonly queue: Signal<string | null>;
  readonly queues: readonly { readonly id: string; readonly name: string }[];
}) {
  return (
    <label>
      {texts.queue}{' '}
      <select
        name="queue"
        value={queue.value ?? ''}
        onChange={({ currentTarget: { value } }) => (queue.value = value === '' ? null : value)}
      >
        <option value="">{texts.allQueues}</option>
        {queues.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
