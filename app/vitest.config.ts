import { svelte } from '@sveltejs/vite-plugin-svelte';
import { configDefaults, defineConfig } from 'vitest/config';

// The engine's own tests run in Node; what needs a real browser is under tests/journeys/phone. Those under test/core/live speak
// with a real server: tests/journeys/phone/test_engine.py starts one and names it.
const live = process.env.DOORSTEP_PHONE_SERVER ? [] : ['test/core/live/**'];
// What stood on the screens of a walk: tests/journeys/phone_screens/test_screens.py writes it down and names the file.
const seen = process.env.DOORSTEP_SCREENS ? [] : ['test/voices/screens/**'];
// Worked cases with what the server says of each: tests/sync/test_same_warnings.py writes them down and names the file.
const cases = process.env.DOORSTEP_CASES ? [] : ['test/core/cases/**'];

export default defineConfig({
  plugins: [svelte()], // for the words, whose language is a rune
  test: { environment: 'node', include: ['test/**/*.test.ts'], exclude: [...configDefaults.exclude, ...live, ...seen, ...cases], testTimeout: 60_000, pool: 'threads', fileParallelism: false },
});
