import type { ComponentChildren, RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** A dialog over the page, which Escape, its button and a click beside it close. */
export function Dialog({
  name,
  standing,
  close,
  children,
}: {
  /** Its class; its title is the heading `NAME-title`. */
  readonly name: string;
  readonly standing: string;
  readonly close: () => void;
  readonly children: (dialog: RefObject<HTMLDialogElement | null>) => ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  // A press that began in the dialog, as of text that is marked, does not close it where it ends.
  const pressedOutside = useRef(false);
  return (
    <dialog
      ref={dialog}
      class={name}
      aria-labelledby={`${name}-title`}
      onClose={close}
      data-standing={standing}
      onPointerDown={(event) => (pressedOutside.current = isOutside(event))}
      onClick={(event) => {
        if (pressedOutside.current && isOutside(event)) dialog.current?.close();
      }}
    >
      {children(dialog)}
    </dialog>
  );
}

/** What is outside of a dialog belongs to it as its backdrop. */
function isOutside({ target, currentTarget, clientX, clientY }: MouseEvent): boolean {
  if (target !== currentTarget) return false;
  const { left, right, top, bottom } = (currentTarget as HTMLElement).getBoundingClientRect();
  return clientX < left || clientX > right || clientY < top || clientY > bottom;
}
