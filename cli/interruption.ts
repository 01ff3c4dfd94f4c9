/**
 * Runs work that drives the engine. Ctrl-C, or a request to end, stops the engine in an orderly way: what it has begun it
 * ends, the record gets its entry, the lock goes. We stay until then.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = (signal: NodeJS.Signals) => {
    process.stderr.write("\nStopping: the engine ends what it has begun.\n");
    // A terminal sends Ctrl-C to the engine as well, and a second one would end it at once.
    if (signal !== "SIGINT" || !process.stdin.isTTY) controller.abort();
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  try {
    return await work(controller.signal);
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
}
