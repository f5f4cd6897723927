import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// The phone stands under /phone/ of the same server that it sends to: one origin, nothing fetched from elsewhere.
export default defineConfig({
  base: '/phone/',
  plugins: [svelte()],
  worker: { format: 'es' },
  // SQLite finds its WebAssembly beside its own file: pre-bundling would move one without the other.
  optimizeDeps: { exclude: ['@evolu/sqlite-wasm'] },
  build: { target: 'es2022', modulePreload: { polyfill: false }, sourcemap: false },
});
