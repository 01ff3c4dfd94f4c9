import { defineConfig } from "vitest/config";
import { realTests } from "./test/support/real-tests.ts";

const minutes = (count: number) => count * 60_000;

export default defineConfig({
  // As the package's own name resolves in the examples, without building it.
  resolve: { alias: { patchbay: new URL("./patchbay.ts", import.meta.url).pathname } },
  test: {
    reporters: ["default", "./test/support/count-reporter.ts"],
    pool: "forks",
    projects: [
      { extends: true, test: { name: "unit", include: ["test/unit/**/*.test.ts"] } },
      { extends: true, test: { name: "components", include: ["test/components/**/*.test.ts"], testTimeout: 20_000 } },
      {
        extends: true,
        test: {
          name: "integration",
          include: ["test/integration/**/*.test.ts"],
          globalSetup: "test/support/global-setup.ts",
          testTimeout: minutes(3),
          hookTimeout: minutes(2),
          // Two cores carry one control plane, one engine and one more cluster, but not a second file's.
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: "real",
          ...(await realTests(process.env)),
          testTimeout: minutes(5),
          hookTimeout: minutes(5),
          fileParallelism: false,
        },
      },
    ],
  },
});
