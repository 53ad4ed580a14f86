import { defineConfig } from "vitest/config";

/** Every test file belongs to exactly one of these: `npm run test:unit` and so on. */
export const TEST_FILES = {
  /** In memory, or against a server in the same process. */
  unit: ["test/{plan,run,unit,adapters}/**/*.test.ts"],
  /** Commands, the stack, the bundle, the emulators, the examples, and generated files. */
  integration: ["test/*.test.ts", "test/{cli,console,demo,e2e,emulators,examples,infra}/**/*.test.ts"],
  /** Pages in Chromium. Skipped where there is none, but never by `.ci/run`. */
  browser: ["test/browser/**/*.test.ts"],
  /** Searches for what breaks a promise. */
  simulation: ["test/simulation/**/*.test.ts"],
  /** The npm package and the release, as others install them. Needs a registry. */
  package: ["test/package/**/*.test.ts"],
} as const;

/** How long a test may take: enough for a machine under a load of 15, which makes tests slow and not red. */
const PATIENCE_MS = {
  unit: 60_000,
  integration: 180_000,
  browser: 60_000,
  simulation: 900_000,
  package: 300_000,
} as const;

export default defineConfig({
  test: {
    globalSetup: "test/support/temporary-folder.ts",
    setupFiles: "test/support/fixed-chance.ts",
    // Vitest's default leaves one core to itself: of two, that is half.
    maxWorkers: "100%",
    projects: (Object.keys(TEST_FILES) as (keyof typeof TEST_FILES)[]).map((name) => ({
      extends: true,
      test: {
        name,
        include: [...TEST_FILES[name]],
        // Files share the modules of their worker. To load the CDK and the AWS SDK for each takes longer than the tests.
        isolate: false,
        testTimeout: PATIENCE_MS[name],
        hookTimeout: PATIENCE_MS[name],
        expect: { poll: { timeout: 15_000 } },
      },
    })),
  },
});
