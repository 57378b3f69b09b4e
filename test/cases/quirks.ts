import { type Case, cutRow, type Step } from './case-file.js';

/**
 * What a PBX does beside the point of a case: every case must give the same with each of these. A new quirk is a new
 * function.
 */
export const QUIRKS: Readonly<Record<string, (of: Case) => Case>> = {
  'every leg is shown without a state before it rings': withStatelessLegs,
};

/** How long a leg exists before its device answers that it rings. */
const UNTIL_RINGING_S = 0.2;

function withStatelessLegs(of: Case): Case {
  const seen = new Set<string>();
  const steps = of.steps.flatMap((step): Step[] => {
    const { monitor: rows = [], seconds = 1 } = step;
    if (typeof rows === 'string') return [step];
    const isNew = (row: string | object): row is string => {
      if (typeof row !== 'string') return false;
      const [name, state] = cutRow(row);
      return !seen.has(name) && state === 'RINGING' && seconds > UNTIL_RINGING_S;
    };
    const created = rows.map((row) => (isNew(row) ? row.replace(' RINGING', '') : row));
    for (const row of rows) if (typeof row === 'string') seen.add(cutRow(row)[0]);
    if (created.every((row, index) => row === rows[index])) return [step];
    return [
      { ...step, seconds: UNTIL_RINGING_S, monitor: created },
      { ...step, seconds: seconds - UNTIL_RINGING_S },
    ];
  });
  return { ...of, steps };
}
