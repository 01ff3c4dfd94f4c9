import { stripVTControlCharacters } from "node:util";

/** One thing that takes a while. */
export interface Step {
  /** An imperative phrase: `build pulumi 3.259.0 from its Go module`. */
  readonly title: string;
  /** How long it usually takes, for people: `3 min`. */
  readonly usually?: string;
}

/** Tells what a step is busy with right now; shown with the elapsed time. */
export type Report = (detail: string) => void;

/** Where the toolchain tells what it is doing. */
export interface Progress {
  step<T>(step: Step, work: (report: Report) => Promise<T>): Promise<T>;
}

/** The part of a stream that progress is written to. */
export interface ProgressStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

const HEARTBEAT_SECONDS = 20;
const FRAME_MILLISECONDS = 200;

/** Shows nothing. */
export const quietProgress: Progress = { step: (_step, work) => work(() => undefined) };

/** One line per step that is kept up to date on a terminal; plain lines with a heartbeat every 20 s elsewhere. */
export function showProgress(stream: ProgressStream = process.stderr): Progress {
  return { step: (step, work) => (stream.isTTY ? onTerminal(stream, step, work) : inLines(stream, step, work)) };
}

/** `42 s`, `3 min 5 s`. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (milliseconds < 9_950) return `${(milliseconds / 1000).toFixed(1)} s`;
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

function announcement(step: Step): string {
  return step.usually ? `${step.title} (usually ${step.usually})` : step.title;
}

async function inLines<T>(stream: ProgressStream, step: Step, work: (report: Report) => Promise<T>): Promise<T> {
  const started = Date.now();
  const elapsed = () => formatDuration(Date.now() - started);
  let detail = "";
  stream.write(`${announcement(step)}\n`);
  const heartbeat = setInterval(() => {
    stream.write(`  … ${elapsed()}${detail && `: ${detail}`}\n`);
  }, HEARTBEAT_SECONDS * 1000);
  try {
    const result = await work((text) => {
      detail = oneLine(text);
    });
    stream.write(`  done in ${elapsed()}\n`);
    return result;
  } catch (error) {
    stream.write(`  failed after ${elapsed()}\n`);
    throw error;
  } finally {
    clearInterval(heartbeat);
  }
}

async function onTerminal<T>(stream: ProgressStream, step: Step, work: (report: Report) => Promise<T>): Promise<T> {
  const started = Date.now();
  const frames = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
  let detail = "";
  let frame = 0;
  const show = (mark: string, text: string) => {
    const line = `${mark} ${text}`;
    stream.write(`\r\u001b[2K${line.slice(0, Math.max(20, (stream.columns ?? 80) - 1))}`);
  };
  const draw = () => {
    const spinner = frames[frame++ % frames.length] ?? "";
    show(spinner, `${announcement(step)} ${formatDuration(Date.now() - started)}${detail && ` · ${detail}`}`);
  };
  const timer = setInterval(draw, FRAME_MILLISECONDS);
  draw();
  let mark = "✗";
  try {
    const result = await work((text) => {
      detail = oneLine(text);
    });
    mark = "✓";
    return result;
  } finally {
    clearInterval(timer);
    show(mark, `${step.title} ${formatDuration(Date.now() - started)}`);
    stream.write("\n");
  }
}

function oneLine(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/\s+/g, " ").trim();
}
