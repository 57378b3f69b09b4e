import type { World } from './world.js';

/**
 * What polls see while a world goes on: one line for each change of a list, `<ms> <row> | <row>`, from the instant of the call.
 * A leg is `extension state b_cid_num>cid_num>destination direction #id`, an entry `agent status mobile #id`; ids are numbered
 * in the order in which they were seen. For specs, and for people who want to read a scenario.
 */
export function timeline(world: World, forMs: number, stepMs = 10): string[] {
  const ids: string[] = [];
  const idOf = (id: string): string => {
    if (id === '') return '#-';
    if (!ids.includes(id)) ids.push(id);
    return `#${ids.indexOf(id) + 1}`;
  };
  const lines: string[] = [];
  const start = world.now;
  let last = '';
  for (let at = start; at <= start + forMs; at += stepMs) {
    world.advanceTo(at);
    const legs = world
      .monitorRows()
      .filter(({ call_id }) => call_id !== '' && call_id !== null)
      .map(
        (row) =>
          `${row.extension} ${row.call_state === '' ? 'DOWN' : row.call_state} ` +
          `${row.b_cid_num}>${row.cid_num}>${row.destination} ${row.direction} ${idOf(row.call_id ?? '')}`,
      );
    const entries = world
      .queueRows()
      .map(
        (row) => `[${row.call_center_agent_name || '-'} ${row.status} ${row.mobile} ${idOf(row.call_uuid)}]`,
      );
    const line = [...entries, ...legs].join(' | ');
    if (line !== last) lines.push(`${at - start} ${line}`.trim());
    last = line;
  }
  return lines;
}
