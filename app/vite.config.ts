import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';

import { packed } from './scripts/packed';
import { pictures } from './scripts/pictures';
import { said } from './scripts/said';
import { size } from './scripts/size';

/** What the built page may do: everything from its own server, WebAssembly for the database, nothing from elsewhere. */
const MAY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob: data:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

function policy(): Plugin {
  return {
    name: 'doorstep-policy',
    apply: 'build', // while developing, Vite puts styles into the page
    transformIndexHtml: () => [{ tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: MAY }, injectTo: 'head-prepend' }],
  };
}

// The phone stands under /phone/ of the same server that it sends to: one origin, nothing fetched from elsewhere.
export default defineConfig({
  base: '/phone/',
  plugins: [
    pictures(new URL('./src/parts/pictures.json', import.meta.url)),
    svelte(),
    policy(),
    size(),
    said(new URL('./src/', import.meta.url)),
    VitePWA({
      strategies: 'generateSW',
      registerType: 'prompt', // a newer version waits until no form is open: src/screens/update.svelte.ts
      injectRegister: false,
      includeAssets: ['door.svg'],
      manifest: {
        id: '/phone/',
        name: 'Doorstep',
        short_name: 'Doorstep',
        description: 'Care that reaches every doorstep',
        start_url: '/phone/',
        scope: '/phone/',
        display: 'standalone',
        orientation: 'portrait',
        background_color: '#fbf6ec',
        theme_color: '#0b4f5c',
        // A parcel that came through a messenger is opened with Doorstep: public/shared.js puts it aside until somebody accepts it.
        share_target: {
          action: '/phone/share',
          method: 'POST',
          enctype: 'multipart/form-data',
          params: { files: [{ name: 'parcels', accept: ['text/plain', '.txt', 'application/octet-stream', '.age'] }] },
        },
        icons: [
          { src: 'door-192.png', sizes: '192x192', type: 'image/png' },
          { src: 'door-512.png', sizes: '512x512', type: 'image/png' },
          { src: 'door-full-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
          { src: 'door.svg', sizes: 'any', type: 'image/svg+xml' },
        ],
      },
      workbox: {
        globPatterns: ['**/*.{js,css,html,wasm,json}'],
        // Sounds come when they are asked for; SQLite's other ways to run are never taken.
        importScripts: ['shared.js'],
        globIgnores: ['said/**', 'shared.js', '**/sqlite3-worker1*', '**/sqlite3-opfs-async-proxy*'],
        maximumFileSizeToCacheInBytes: 6_000_000,
        cleanupOutdatedCaches: true,
        clientsClaim: true, // the very first page too: else a newer version would not wait for it, and take its files away
        navigateFallback: '/phone/index.html',
        // Letters are fetched when a language first shows them, and stay.
        runtimeCaching: [
          {
            urlPattern: ({ url }) => url.pathname.startsWith('/phone/') && url.pathname.endsWith('.woff2'),
            handler: 'CacheFirst',
            options: { cacheName: 'letters', expiration: { maxEntries: 24 } },
          },
        ],
      },
    }),
    packed(),
  ],
  worker: { format: 'es' },
  // SQLite finds its WebAssembly beside its own file: pre-bundling would move one without the other.
  optimizeDeps: { exclude: ['@evolu/sqlite-wasm'] },
  build: { target: 'es2022', modulePreload: { polyfill: false }, sourcemap: false },
});
