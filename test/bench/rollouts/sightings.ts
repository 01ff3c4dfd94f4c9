import { setTimeout as delay } from "node:timers/promises";
import { type KubeConfig, Watch } from "@kubernetes/client-node";

/** An object of the API, as far as anybody looks: a pod, a Deployment, a Rollout, a Job. */
export interface Seen {
  readonly kind?: string;
  readonly metadata?: {
    readonly generation?: number;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
  };
  readonly spec?: { readonly replicas?: number };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly reason?: string }[];
    readonly containerStatuses?: readonly { readonly state?: { readonly waiting?: { readonly reason?: string } } }[];
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
  };
}

export interface Sighting {
  /** When it was, in milliseconds since the epoch; nothing before. */
  readonly at: number | undefined;
  readonly seen: Promise<number>;
}

/** Longest time until something is seen that others rely on already, in milliseconds. */
const patience = 60_000;

/**
 * When something was seen, which may be a moment after others have acted on it.
 *
 * @throws the signal's reason where it was aborted; an error where nothing was seen for a minute
 */
export async function untilSeen({ seen }: Sighting, signal: AbortSignal): Promise<number> {
  const given = AbortSignal.any([signal, AbortSignal.timeout(patience)]);
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => {
    reject(given.reason as Error);
  };
  given.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([seen, promise]);
  } finally {
    given.removeEventListener("abort", abort);
  }
}

/** Pause before a watch that ended is opened again, in milliseconds. */
const reopenPause = 100;

/**
 * When the API first said something, by watches of the benchmark's own: the clock of what is measured must not be that of
 * whoever is measured.
 */
export class Sightings {
  readonly #config: KubeConfig;
  readonly #closed = new AbortController();
  readonly #looks: ((object: Seen, at: number) => void)[] = [];

  /** @param paths of lists in the API, which are watched until {@link close} */
  constructor(config: KubeConfig, paths: readonly string[]) {
    this.#config = config;
    for (const path of paths) void this.#keepWatching(path);
  }

  /** When an object was first seen of which something holds. To be asked before it happens. */
  first(holds: (object: Seen) => boolean): Sighting {
    const { promise, resolve } = Promise.withResolvers<number>();
    const sighting: { at: number | undefined; readonly seen: Promise<number> } = { at: undefined, seen: promise };
    this.#looks.push((object, at) => {
      if (sighting.at !== undefined || !holds(object)) return;
      sighting.at = at;
      resolve(at);
    });
    return sighting;
  }

  close(): void {
    this.#closed.abort();
  }

  async #keepWatching(path: string): Promise<void> {
    while (!this.#closed.signal.aborted) {
      await this.#watch(path);
      await delay(reopenPause, undefined, { signal: this.#closed.signal }).catch(() => undefined);
    }
  }

  async #watch(path: string): Promise<void> {
    const ended = Promise.withResolvers<undefined>();
    const done = () => {
      ended.resolve(undefined);
    };
    const look = (_: string, object: Seen) => {
      const at = Date.now();
      for (const one of this.#looks) one(object, at);
    };
    const watch = await new Watch(this.#config).watch(path, {}, look, done);
    const abort = () => {
      watch.abort();
      done();
    };
    this.#closed.signal.addEventListener("abort", abort, { once: true });
    if (this.#closed.signal.aborted) abort();
    await ended.promise;
    this.#closed.signal.removeEventListener("abort", abort);
  }
}
