import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { periodBetween, PRESETS } from '../../data/period.js';
import { reportWords } from '../../i18n/report-i18n.js';
import type { Reports } from '../../state/reports.js';

/** Which days: one click for the usual ones, two days for any other. */
export function PeriodPicker({ reports }: { readonly reports: Reports }) {
  const texts = reportWords();
  const from = useRef<HTMLInputElement>(null);
  const to = useRef<HTMLInputElement>(null);
  const isWrong = useSignal(false);
  const days = reports.days;
  return (
    <form
      class="filters period"
      aria-label={texts.period}
      onSubmit={(event) => {
        event.preventDefault();
        const period = periodBetween(from.current!.value, to.current!.value);
        isWrong.value = period === null;
        if (period !== null) reports.chooseRange(period);
      }}
    >
      {PRESETS.map((preset) => (
        <button
          key={preset}
          type="button"
          class="toggle"
          aria-pressed={reports.preset.value === preset}
          onClick={() => {
            isWrong.value = false;
            reports.choose(preset);
          }}
        >
          {texts.presets[preset]}
        </button>
      ))}
      <label>
        {texts.from}{' '}
        <input
          ref={from}
          type="date"
          name="from"
          required
          value={days?.from ?? ''}
          aria-invalid={isWrong.value}
        />
      </label>
      <label>
        {texts.to}{' '}
        <input ref={to} type="date" name="to" required value={days?.to ?? ''} aria-invalid={isWrong.value} />
      </label>
      <button type="submit">{texts.show}</button>
      <span class="wrong" role="alert">
        {isWrong.value && texts.noPeriod}
      </span>
    </form>
  );
}
