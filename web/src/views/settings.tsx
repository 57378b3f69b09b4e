import { useRef } from 'preact/hooks';
import { words } from '../i18n/i18n.js';
import { ignoreAbandoned, threshold } from '../state/preferences.js';

/** The settings of the service level, kept in this browser. */
export function Settings() {
  const said = words();
  const dialog = useRef<HTMLDialogElement>(null);
  const field = (id: string, label: string, value: { value: number }, most: number) => (
    <>
      <label for={id}>{label}</label>
      <input
        id={id}
        type="number"
        min={0}
        max={most}
        step={1}
        value={value.value}
        onChange={({ currentTarget }) => {
          if (currentTarget.value !== '' && currentTarget.checkValidity())
            value.value = currentTarget.valueAsNumber;
          else currentTarget.value = String(value.value);
        }}
      />
    </>
  );
  return (
    <>
      <button type="button" onClick={() => dialog.current?.showModal()}>
        {said.settings}
      </button>
      <dialog ref={dialog} aria-labelledby="settings-title" class="settings">
        <div class="panel-head">
          <h2 id="settings-title">{said.settings}</h2>
          <button type="button" class="shut" onClick={() => dialog.current?.close()}>
            {said.close}
          </button>
        </div>
        {field('threshold', said.thresholdLabel, threshold, 3_600)}
        {field('ignore-abandoned', said.ignoreLabel, ignoreAbandoned, 600)}
        <p class="hint">{said.formula}</p>
        <p class="hint">{said.kept}</p>
      </dialog>
    </>
  );
}
