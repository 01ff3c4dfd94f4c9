import { setTimeout as delay } from "node:timers/promises";
import { type KubeConfig, Watch } from "@kubernetes/client-node";

export interface Watched {
  /** Path of a list in the API. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

/** Longest time that one watch stays open, in seconds. */
const watchSeconds = 300;

/** Pause before a watch that went wrong is opened again, in milliseconds. */
const reopenPause = 1000;

/** Longest time without a look, in milliseconds: what is judged by the clock changes without an event. */
const tick = 5000;

/** Tells when something has changed. A change is never lost: one that comes between two looks makes the next wait end at once. */
export class Changes {
  readonly #config: KubeConfig;
  readonly #closed = new AbortController();
  #open: AbortController[] = [];
  #changed = Promise.withResolvers<undefined>();

  constructor(config: KubeConfig, watched: readonly Watched[]) {
    this.#config = config;
    for (const one of watched) void this.#keepWatching(one);
  }

  /** Returns once something has changed since the last time that this returned, or after a while. */
  async next(): Promise<void> {
    const ticking = new AbortController();
    try {
      await Promise.race([this.#changed.promise, delay(tick, undefined, { signal: ticking.signal })]);
    } finally {
      ticking.abort();
      this.#changed = Promise.withResolvers();
    }
  }

  close(): void {
    this.#closed.abort();
    for (const watch of this.#open) watch.abort();
    this.#open = [];
  }

  async #keepWatching(watched: Watched): Promise<void> {
    while (!this.#isClosed()) {
      const orderly = await this.#watch(watched);
      this.#changed.resolve(undefined);
      // What goes wrong comes as the watch's end: looking tells why, but not at full speed.
      if (!orderly) await delay(reopenPause, undefined, { signal: this.#closed.signal }).catch(() => undefined);
    }
  }

  /** One watch, from its beginning to its end; whether it ended in an orderly way. */
  async #watch({ path, query }: Watched): Promise<boolean> {
    const ended = Promise.withResolvers<boolean>();
    try {
      const watch = await new Watch(this.#config).watch(
        path,
        { ...query, timeoutSeconds: watchSeconds },
        () => {
          this.#changed.resolve(undefined);
        },
        (error: unknown) => {
          ended.resolve(error === undefined || error === null);
        },
      );
      if (this.#isClosed()) watch.abort();
      this.#open.push(watch);
      const orderly = await ended.promise;
      this.#open = this.#open.filter((open) => open !== watch);
      return orderly;
    } catch {
      return false;
    }
  }

  #isClosed(): boolean {
    return this.#closed.signal.aborted;
  }
}
