import { useSignal } from '@preact/signals';
import { askTable } from '../state/ask.js';

/** Saves what an address gives as a table: a link could not carry the token. */
export function SaveTable({
  address,
  words,
}: {
  readonly address: () => string;
  readonly words: { readonly saveTable: string; readonly saving: string; readonly notSaved: string };
}) {
  const state = useSignal<'idle' | 'saving' | 'failed'>('idle');
  const save = async () => {
    if (state.peek() === 'saving') return;
    state.value = 'saving';
    const answer = await askTable(address(), AbortSignal.timeout(TIMEOUT_MS));
    if (answer.ok) {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(answer.body.file);
      link.download = answer.body.name;
      link.click();
      URL.revokeObjectURL(link.href);
    }
    state.value = answer.ok ? 'idle' : 'failed';
  };
  return (
    <span class="save-table">
      <button type="button" aria-disabled={state.value === 'saving'} onClick={() => void save()}>
        {state.value === 'saving' ? words.saving : words.saveTable}
      </button>
      <span role="status" class="hint">
        {state.value === 'failed' && words.notSaved}
      </span>
    </span>
  );
}

/** A month of ended calls is many pages for the bridge. */
const TIMEOUT_MS = 120_000;
