import { setTimeout as delay } from "node:timers/promises";

export interface Waiting {
  readonly timeoutSeconds: number;
  /** Ends the waiting with the signal's reason. */
  readonly signal: AbortSignal;
  /** Called between two looks; throws where waiting has become pointless. */
  readonly check?: () => void;
  /** Makes the error for when the time is up. */
  readonly tooLate: () => Error;
}

const POLL_MILLISECONDS = 25;

/** Waits until `look` returns something other than `undefined` and `false`. */
export async function until<T>(look: () => Promise<T | undefined | false>, waiting: Waiting): Promise<T> {
  const deadline = Date.now() + waiting.timeoutSeconds * 1000;
  for (;;) {
    waiting.signal.throwIfAborted();
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    waiting.check?.();
    if (Date.now() > deadline) throw waiting.tooLate();
    await delay(POLL_MILLISECONDS);
  }
}
