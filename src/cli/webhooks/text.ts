import type { attemptBody, deadLetterBody, resultBody, webhookBody } from '../../webhooks/http/bodies.js';

/** What the command prints: pure. */

type Webhook = ReturnType<typeof webhookBody>;
type Attempt = ReturnType<typeof attemptBody>;
type Dead = ReturnType<typeof deadLetterBody>;
type Result = ReturnType<typeof resultBody>;

export function listText(webhooks: readonly Webhook[]): string {
  if (webhooks.length === 0) return 'No webhook is configured for this tenant: see docs/webhooks.md.';
  const rows = webhooks.map(({ id, state, lagEvents, lagMs, lastDeliveredAt, url }) => [
    id,
    state,
    lagEvents === 0 ? 'up to date' : `${lagEvents} events, ${ageText(lagMs)}`,
    lastDeliveredAt ?? 'never',
    url,
  ]);
  const lines = table(['ID', 'STATE', 'BEHIND', 'LAST DELIVERED', 'ADDRESS'], rows);
  return [
    lines[0],
    ...webhooks.flatMap(({ lastError }, index) => [
      lines[index + 1],
      ...(lastError === null ? [] : [`  last error: ${lastError}`]),
    ]),
  ].join('\n');
}

export function attemptsText(attempts: readonly Attempt[]): string {
  if (attempts.length === 0) return 'Nothing has been sent yet.';
  const rows = attempts.map(({ at, kind, outcome, status, tookMs, cursor, error }) => [
    at,
    kind,
    outcome,
    String(status ?? '-'),
    `${tookMs} ms`,
    cursor ?? '-',
    error ?? '',
  ]);
  return table(['TIME', 'WHAT', 'RESULT', 'STATUS', 'TOOK', 'CURSOR', 'ERROR'], rows).join('\n');
}

export function deadText(dead: readonly Dead[]): string {
  if (dead.length === 0) return 'No event was given up.';
  const rows = dead.map(({ at, reason, tries, cursor }) => [at, reason, String(tries), cursor]);
  return table(['TIME', 'WHY', 'TRIES', 'CURSOR'], rows).join('\n');
}

/** `delivered: status 200, 84 ms` */
export function resultText({ outcome, status, tookMs, error }: Result): string {
  const what = `${outcome}: ${status === null ? 'no answer' : `status ${status}`}, ${tookMs} ms`;
  return error === null ? what : `${what}: ${error}`;
}

/** `5m12s`: in the two largest units. */
export function ageText(ms: number): string {
  const seconds = Math.floor(Math.abs(ms) / 1_000);
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  if (first === -1) return '0s';
  return parts
    .slice(first, first + 2)
    .filter(([count], index) => index === 0 || count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join('');
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => row[column]!.length)),
  );
  return [heads, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}
