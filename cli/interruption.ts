/** How work learns that it is to end. */
export interface Stop {
  /** Stops the engine's command at hand. */
  readonly signal: AbortSignal;
  /** Ends waiting of our own as soon as the user asks for the end. */
  readonly asked: AbortSignal;
  /** Whether the user has asked for the end, whatever came of the command at hand. */
  readonly wasAsked: () => boolean;
}

/**
 * Runs work that drives the engine. Ctrl-C, or a request to end, stops the engine in an orderly way: what it has begun it
 * ends, the record gets its entry, the lock goes. We stay until then.
 */
export async function stoppingEngine<T>(work: (stop: Stop) => Promise<T>): Promise<T> {
  const engine = new AbortController();
  const own = new AbortController();
  const stop = (signal: NodeJS.Signals) => {
    own.abort();
    process.stderr.write("\nStopping: the engine ends what it has begun.\n");
    // A terminal sends Ctrl-C to the engine as well, and a second one would end it at once.
    if (signal !== "SIGINT" || !process.stdin.isTTY) engine.abort();
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  try {
    return await work({ signal: engine.signal, asked: own.signal, wasAsked: () => own.signal.aborted });
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
  }
}
