import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { formatDuration, quietProgress, showProgress } from "../../../toolchain/progress.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

function recordingStream(isTTY: boolean, columns = 80) {
  const written: string[] = [];
  return { written, isTTY, columns, write: (text: string) => written.push(text) };
}

const build = { title: "build it", usually: "3 min" };

describe("where there is no terminal", () => {
  test("a step is told in plain lines, with a heartbeat that says what it is at", async () => {
    const stream = recordingStream(false);
    const step = showProgress(stream).step(build, async (report) => {
      report("compiling\tone\n");
      await vi.advanceTimersByTimeAsync(41_000);
      return "built";
    });

    expect(await step).toBe("built");
    expect(stream.written).toEqual([
      "build it (usually 3 min)\n",
      "  … 20 s: compiling one\n",
      "  … 40 s: compiling one\n",
      "  done in 41 s\n",
    ]);
  });

  test("a step that fails says so, and passes its error on", async () => {
    const stream = recordingStream(false);

    await expect(showProgress(stream).step({ title: "try" }, () => Promise.reject(new Error("no")))).rejects.toThrow(
      "no",
    );

    expect(stream.written).toEqual(["try\n", "  failed after 0.0 s\n"]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("on a terminal", () => {
  test("one line is kept up to date, and cut to the width", async () => {
    const stream = recordingStream(true, 50);

    await showProgress(stream).step(build, async (report) => {
      report("x".repeat(200));
      await vi.advanceTimersByTimeAsync(1000);
    });

    const lines = stream.written.map((text) => text.replace("\r\u001b[2K", ""));
    expect(lines[0]).toBe("⠋ build it (usually 3 min) 0.0 s");
    expect(lines.slice(1, -2).every((line) => line.length === 49)).toBe(true);
    expect(lines.slice(-2)).toEqual(["✓ build it 1.0 s", "\n"]);
  });

  test("a step that fails ends with a cross", async () => {
    const stream = recordingStream(true);

    await expect(showProgress(stream).step(build, () => Promise.reject(new Error("no")))).rejects.toThrow("no");

    expect(stream.written.at(-2)).toContain("✗ build it");
  });
});

test("quiet progress just does the work", async () => {
  await expect(quietProgress.step(build, () => Promise.resolve(1))).resolves.toBe(1);
});

test.each([
  [400, "0.4 s"],
  [9_940, "9.9 s"],
  [9_960, "10 s"],
  [59_400, "59 s"],
  [59_600, "1 min 0 s"],
  [185_000, "3 min 5 s"],
])("%i ms are written as %s", (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text);
});
