import { defineConfig } from "vitest/config";

/** Two projects: `unit` needs nothing; `integration` gets a throw-away Postgres, cloned per test file. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["src/**/*.test.ts", "src/**/*.test.tsx", "tests/*.test.ts", "tests/golden/**/*.test.ts"],
          testTimeout: 30_000,
          env: { BREAKWATER_LOG_LEVEL: "silent" },
        },
      },
      {
        test: {
          name: "integration",
          include: ["tests/integration/**/*.test.ts"],
          globalSetup: ["tests/integration/global-setup.ts"],
          setupFiles: ["tests/integration/database.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: true,
          maxWorkers: 2,
          pool: "forks",
          env: { BREAKWATER_LOG_LEVEL: "silent", BREAKWATER_ALLOW_LOOPBACK: "1" },
        },
      },
    ],
  },
});
