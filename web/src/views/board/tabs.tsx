import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';

export interface Tab<Name extends string> {
  readonly name: Name;
  readonly title: ComponentChildren;
}

/** Tabs as the ARIA pattern has them: one Tab stop, the arrow keys go from one to the next and show it. */
export function Tabs<Name extends string>({
  label,
  tabs,
  current,
  choose,
  children,
}: {
  readonly label: string;
  readonly tabs: readonly Tab<Name>[];
  readonly current: Name;
  readonly choose: (name: Name) => void;
  readonly children?: ComponentChildren;
}) {
  const list = useRef<HTMLDivElement>(null);
  const go = (to: number) => {
    const name = tabs[(to + tabs.length) % tabs.length]!.name;
    choose(name);
    list.current?.querySelector<HTMLElement>(`#tab-${name}`)?.focus();
  };
  return (
    <div class="tab-bar">
      <div
        ref={list}
        role="tablist"
        aria-label={label}
        onKeyDown={(event) => {
          const at = tabs.findIndex(({ name }) => name === current);
          const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
          if (to === undefined) return;
          event.preventDefault();
          go(to);
        }}
      >
        {tabs.map(({ name, title }) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`tab-${name}`}
            aria-selected={name === current}
            aria-controls="view"
            tabIndex={name === current ? 0 : -1}
            onClick={() => choose(name)}
          >
            {title}
          </button>
        ))}
      </div>
      {children}
    </div>
  );
}
