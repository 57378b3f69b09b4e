import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { licenses } from '../tools/licenses.mjs';

const from = (path) => fileURLToPath(new URL(path, import.meta.url));

/**
 * The pages, as static files that the bridge serves. Addresses are relative, so that they work under any path; nothing is
 * inlined, because the Content-Security-Policy lets nothing inline run.
 */
export default defineConfig({
  root: from('.'),
  base: './',
  publicDir: false,
  resolve: {
    // The client package as its source: the pages are built with it, not after it.
    alias: { '@pitel-event-bridge/client': from('../client/src/index.ts') },
  },
  plugins: [licenses()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: from('../dist/web'),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: { input: { index: from('index.html'), pop: from('pop.html') } },
  },
});
