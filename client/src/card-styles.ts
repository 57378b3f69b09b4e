/**
 * The style sheet of `<pitel-pop>`. `--pitel-pop-…` and `::part(…)` change it. It is fixed and always of
 * the same size, though only its cards take clicks, so nothing of the page around it moves; and new cards come on top of a stack that
 * stands at the bottom, so no card moves either.
 */
export const CARD_STYLES = `
:host {
  --bg: var(--pitel-pop-background, #fff);
  --fg: var(--pitel-pop-color, #1b1f24);
  --soft: var(--pitel-pop-soft-color, #57606a);
  --accent: var(--pitel-pop-accent, #0a6640);
  --line: var(--pitel-pop-border, #d0d7de);
  position: fixed;
  inset: var(--pitel-pop-inset, 0 0 0 auto);
  z-index: var(--pitel-pop-z-index, 2147483000);
  width: min(var(--pitel-pop-width, 380px), 100vw);
  overflow: auto;
  pointer-events: none;
  font: var(--pitel-pop-font, 15px/1.4 system-ui, sans-serif);
  color-scheme: light dark;
}
:host([hidden]) { display: none }
@media (prefers-color-scheme: dark) {
  :host(:not([theme="light"])) {
    --bg: var(--pitel-pop-background, #1f242b);
    --fg: var(--pitel-pop-color, #f0f3f6);
    --soft: var(--pitel-pop-soft-color, #b1bac4);
    --accent: var(--pitel-pop-accent, #56d39b);
    --line: var(--pitel-pop-border, #3d444d);
  }
}
* { box-sizing: border-box; margin: 0 }
section { display: flex; flex-direction: column; justify-content: var(--pitel-pop-align, end); gap: 8px; min-height: 100%; padding: 16px }
.cards { display: contents }
.card, .note, .enable {
  pointer-events: auto;
  color: var(--fg);
  background: var(--bg);
  border: 1px solid var(--line);
  border-radius: var(--pitel-pop-radius, 10px);
  box-shadow: 0 4px 16px #0003;
  padding: 10px 14px;
}
.card {
  display: grid;
  grid-template-columns: 1fr auto auto;
  gap: 2px 10px;
  align-items: center;
  border-inline-start: 4px solid var(--accent);
  overflow-wrap: anywhere;
}
.card > :nth-child(n + 4) { grid-column: 1 / -1 }
.card[data-state=ended] { border-inline-start-color: var(--soft) }
.state { color: var(--accent); font-weight: 600 }
[data-state=ended] .state, .soft, .note { color: var(--soft) }
.timer { font-variant-numeric: tabular-nums; min-width: 4ch }
.name { font-size: 1.25em; font-weight: 600 }
.name, .number, .detail { min-height: 1.4em }
a { color: inherit }
button { font: inherit; color: inherit; cursor: pointer }
.close { width: 28px; height: 28px; padding: 0; border: 0; border-radius: 6px; background: none; font-size: 20px; line-height: 1 }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
.said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
[hidden] { display: none }
@media (prefers-reduced-motion: no-preference) {
  .card { animation: come .18s ease-out }
  @keyframes come { from { opacity: 0; transform: translateY(12px) } }
}
`;
