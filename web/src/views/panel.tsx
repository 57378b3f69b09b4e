import type { ComponentChildren } from 'preact';

/** A part of the board with its title. */
export function Panel({
  name,
  title,
  note,
  children,
}: {
  readonly name: string;
  readonly title: string;
  readonly note?: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  const id = `${name}-title`;
  return (
    <section class={`panel ${name}-panel`} aria-labelledby={id}>
      <div class="panel-head">
        <h2 id={id}>{title}</h2>
        {note !== undefined && <span class="note">{note}</span>}
      </div>
      {children}
    </section>
  );
}
