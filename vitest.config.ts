// How do the tests run?
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.{ts,tsx}', 'test/**/*.test.ts', 'simulator/**/*.test.ts', 'test/journeys/*.e2e.ts'],
    environment: 'node',
    globalSetup: ['src/tools/server/test-server.ts', 'test/journeys/loaded-once.ts'],
    // The database, the browser and DuckDB want room as well; more workers make each of them slower.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ['default', './test/closing-line.ts'],
  },
});
