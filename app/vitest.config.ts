import { defineConfig } from 'vitest/config';

// The engine's own tests run in Node; what needs a real browser is under tests/journeys/phone.
export default defineConfig({
  test: { environment: 'node', include: ['test/**/*.test.ts'], testTimeout: 60_000, pool: 'threads', fileParallelism: false },
});
