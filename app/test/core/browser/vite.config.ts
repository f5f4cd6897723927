import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

// The engine alone, for tests/journeys/phone: `vite build --config test/core/browser/vite.config.ts --outDir ...`.
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/engine/',
  worker: { format: 'es' },
  build: { target: 'es2022', emptyOutDir: true, chunkSizeWarningLimit: 2000 },
  logLevel: 'error',
});
