import { useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { boardWords } from '../../i18n/board-i18n.js';
import { ADDRESS } from '../../state/address.js';
import { turn } from '../../state/turns.js';

/**
 * A list in pages of as many whole rows as there is room for, so that none is cut. Where the page has no fixed height (on a
 * mobile), a page has `most` rows. A kiosk turns the pages by itself.
 */
export interface Pages {
  readonly box: RefObject<HTMLDivElement | null>;
  readonly first: number;
  readonly last: number;
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
  readonly page: number;
  readonly pages: number;
  readonly turnTo: (page: number) => void;
}

export interface PagesOptions {
  readonly count: number;
  /** In rem, as the styles have it. */
  readonly rowRem: number;
  readonly headRem?: number;
  /** Several columns, each at least so wide. */
  readonly columnRem?: number;
  readonly most: number;
}

export function usePages({ count, rowRem, headRem = 0, columnRem, most }: PagesOptions): Pages {
  const box = useRef<HTMLDivElement>(null);
  const room = useSignal({ rows: most, columns: 1 });
  const chosen = useSignal(0);
  useLayoutEffect(() => {
    const own = box.current!;
    const measure = () => {
      const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
      const hasHeight = getComputedStyle(own).getPropertyValue('--has-height').trim() === '1';
      // A fraction of a pixel less than a row is still a row.
      const fit = Math.floor((own.clientHeight - headRem * rem + 0.5) / (rowRem * rem));
      const columns =
        columnRem === undefined ? 1 : Math.max(1, Math.floor(own.clientWidth / (columnRem * rem)));
      const rows = hasHeight ? Math.max(1, fit) : most;
      const before = room.peek();
      if (rows !== before.rows || columns !== before.columns) room.value = { rows, columns };
    };
    const watched = new ResizeObserver(measure);
    watched.observe(own);
    return () => watched.disconnect();
  }, [rowRem, headRem, columnRem, most]);
  const { rows, columns } = room.value;
  const size = rows * columns;
  const pages = Math.max(1, Math.ceil(count / size));
  const page = ADDRESS.kiosk ? turn.value % pages : Math.min(chosen.value, pages - 1);
  const first = page * size;
  return {
    box,
    first,
    last: Math.min(count, first + size),
    count,
    rows,
    columns,
    page,
    pages,
    turnTo: (to) => (chosen.value = to),
  };
}

/** Which part of the list is shown, and buttons that turn the page; nothing where all of it is. */
export function Pager({ pages: { first, last, count, page, pages, turnTo } }: { readonly pages: Pages }) {
  const said = boardWords();
  if (pages === 1) return null;
  return (
    <span class="pager">
      <span>{said.rangeOf(first + 1, last, count)}</span>
      {!ADDRESS.kiosk && (
        <>
          <button
            type="button"
            class="icon"
            aria-label={said.earlier}
            disabled={page === 0}
            onClick={() => turnTo(page - 1)}
          >
            ‹
          </button>
          <button
            type="button"
            class="icon"
            aria-label={said.later}
            disabled={page === pages - 1}
            onClick={() => turnTo(page + 1)}
          >
            ›
          </button>
        </>
      )}
    </span>
  );
}
