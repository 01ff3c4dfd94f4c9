export interface LockOptions {
  /** Called once, with the holder's pid, when the lock has to be waited for. */
  readonly onWait?: (holderPid: number) => void;
}
export function withLock<T>(path: string, work: () => Promise<T>, options?: LockOptions): Promise<T>;
