import type { Cache } from "../cache.ts";
import { withLock } from "../lock.mjs";
import type { Progress } from "../progress.ts";

/** What every way of getting a program needs. */
export interface Provisioning {
  readonly cache: Cache;
  readonly progress: Progress;
  readonly environment: NodeJS.ProcessEnv;
}

/** A `pulumi` program, and how to run it. */
export interface EngineCommand {
  /** Path of the `pulumi` program. */
  readonly pulumi: string;
  /** Variables to set, over the process's own, wherever `pulumi` is run. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Runs work while no other process fills the same cache; tells where that has to be waited for. */
export async function withCacheLock<T>({ cache, progress }: Provisioning, work: () => Promise<T>): Promise<T> {
  let entered: () => void = () => undefined;
  const waiting = new Promise<void>((resolve) => {
    entered = resolve;
  });
  return withLock(
    cache.lock,
    () => {
      entered();
      return work();
    },
    {
      onWait: (pid) => {
        void progress.step({ title: `wait for process ${pid}, which is filling the cache` }, () => waiting);
      },
    },
  );
}
