/** The package's folder, for what runs from its sources and for what was compiled into `dist`. */
export const ROOT = new URL(
  import.meta.url.includes('/dist/test/') ? '../../../' : '../../',
  import.meta.url,
);
