import { expect, test } from "vitest";
import { calmed } from "../../../cli/engine-output.ts";

function shown(...pieces: string[]): string {
  let text = "";
  const { write, end } = calmed((piece) => {
    text += piece;
  });
  pieces.forEach(write);
  end();
  return text;
}

test("a step is shown when it has ended, not when it has begun", () => {
  const output = [
    " +  kubernetes:core/v1:Secret orders-secret creating (0s) ",
    " ~  kubernetes:apps/v1:Deployment shop updating (0s) [diff: ~spec]; ",
    " +  kubernetes:apps/v1:Deployment shop creating (0s) Skipping await logic",
    " ++ kubernetes:batch/v1:Job migrate creating replacement (0s) [diff: ~spec]",
    " +  kubernetes:core/v1:Secret orders-secret created (0.05s) ",
  ];

  expect(shown(output.join("\n"), "\n")).toBe(" +  kubernetes:core/v1:Secret orders-secret created (0.05s) \n");
});

test("what a step waits for is shown, once", () => {
  const waiting = " +  pulumi:pulumi:Stack shop creating (4s) payment-gateway: 0 of 2 pods ready";

  expect(shown(`${waiting}\n${waiting}\n`)).toBe(`${waiting}\n`);
});

test("what nothing is done to is not shown, nor that a refresh looks at it; whose diagnostics follow is", () => {
  const output = [
    " ~  kubernetes:apps/v1:Deployment shop-deployment refresh (0.20s) ",
    "    kubernetes:apps/v1:Deployment shop-deployment  ",
    "    pulumi:pulumi:Stack patchbay-dev running ",
    "  kubernetes:batch/v1:Job (shop-verification):",
  ];

  expect(shown(output.join("\n"), "\n")).toBe("  kubernetes:batch/v1:Job (shop-verification):\n");
});

test("of a Job it is shown that it is waited for, and that it failed", () => {
  const job = " +  kubernetes:batch/v1:Job shop-verification";
  const waits = `${job} creating (2s) Waiting for Job "dev/shop-1a" to succeed (Active: 1 | Succeeded: 0 | Failed: 0)`;
  const fails = `${job} creating (5s) Waiting for Job "dev/shop-1a" to succeed (Active: 0 | Succeeded: 0 | Failed: 1)`;
  const output = [
    `${job} creating (2s) Waiting for Job "dev/shop-1a" to start`,
    waits,
    `${job} creating (3s) warning: [Pod dev/shop-1a-xk2lq]: Container "verifier" completed with exit code 0`,
    `${job} creating (4s) Waiting for Job "dev/shop-1a" to succeed (Active: 0 | Succeeded: 1 | Failed: 0)`,
    fails,
  ];

  expect(shown(output.join("\n"), "\n")).toBe(`${waits}\n${fails}\n`);
});

test("signs of life stay behind, errors and outputs don't", () => {
  expect(shown("@ updating....\n", "    error: it failed\n@ previewing update.....\nOutputs:\n")).toBe(
    "    error: it failed\nOutputs:\n",
  );
});

test("a line may come in pieces, in colours, and without an end", () => {
  expect(shown("\u001b[32m +  a:b:C name crea", "ting (0s)\u001b[0m\n\u001b[1mResour", "ces:")).toBe(
    "\u001b[1mResources:\n",
  );
});

test("empty lines keep paragraphs apart", () => {
  expect(shown("a\n\n\nb\n")).toBe("a\n\n\nb\n");
});
