/** What the pages' build makes of files that are no modules: web/build.mjs. */
declare module '*.css';
