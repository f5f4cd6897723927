import { svelte } from '@sveltejs/vite-plugin-svelte';
import { configDefaults, defineConfig } from 'vitest/config';

// The engine's own tests run in Node; what needs a real browser is under tests/journeys/phone. Those under test/core/live speak
// with a real server: tests/journeys/phone/test_engine.py starts one and names it.
const live = process.env.DOORSTEP_PHONE_SERVER ? [] : ['test/core/live/**'];

export default defineConfig({
  plugins: [svelte()], // for the words, whose language is a rune
  test: { environment: 'node', include: ['test/**/*.test.ts'], exclude: [...configDefaults.exclude, ...live], testTimeout: 60_000, pool: 'threads', fileParallelism: false },
});
