/** A process as it is recorded on disk: a pid alone may be reused. */
export interface RecordedProcess {
  readonly pid: number;
  readonly identity: string;
}
export function processIdentity(pid: number): string | undefined;
export function isRunning(recorded: RecordedProcess): boolean;
