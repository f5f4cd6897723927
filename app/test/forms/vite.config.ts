/** Builds the page that the forms' tests open (app/forms.html): the same code as in the app, without the app around it. */

import { fileURLToPath } from 'node:url';

import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

const app = fileURLToPath(new URL('../..', import.meta.url));

export default defineConfig({
  root: app,
  base: './',
  plugins: [svelte()],
  build: {
    target: 'es2022', modulePreload: { polyfill: false }, sourcemap: false, emptyOutDir: true,
    rollupOptions: { input: `${app}/forms.html` },
  },
});
