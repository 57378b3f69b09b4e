import { addOrUpdateObject, deleteItems } from '@kubernetes/client-node/dist/cache.js';
import type { KubernetesObject } from '@kubernetes/client-node/dist/types.js';

/**
 * The list cache of the Kubernetes JavaScript client, fed the same lists: the best known code that keeps a copy of what it
 * polls and calls back for what was added, changed or deleted. A row's name is its extension and call; its version is all
 * of it that may change.
 */
interface Row {
  readonly extension: string;
  readonly call_id: string;
  readonly call_state: string;
  readonly call_time: string;
}
interface RowObject extends KubernetesObject {
  readonly row: Row;
}

export class KubernetesCache {
  #objects = new Map<string, Map<string, RowObject>>();

  /** How many callbacks it has made. */
  callbacks = 0;

  poll(body: Buffer): void {
    const { data } = JSON.parse(body.toString()) as { readonly data: readonly Row[] };
    const items = data.map((row): RowObject => ({
      metadata: {
        name: `${row.extension}|${row.call_id}`,
        resourceVersion: `${row.call_state}|${row.call_time}`,
      },
      row,
    }));
    const called = [() => void (this.callbacks += 1)];
    this.#objects = deleteItems(this.#objects, items, called);
    for (const item of items) addOrUpdateObject(this.#objects, item, called, called);
  }
}
