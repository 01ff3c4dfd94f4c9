import { z } from "zod";

/*
 * Measures as people write them (`250m`, `300ms`, `99.9%`), with the functions that read them. The documents keep the
 * text, so that what a user wrote is what a diff shows; the model keeps numbers where something computes with them.
 */

const phrase = (expected: string) => ({ error: expected });

const cpuExpected =
  'an amount of CPU such as 250m, or "2" in quotes (Kubernetes quantity: cores, or m for thousandths)';
const cpuForm = /^(?:(\d{1,6})m|(\d{1,4}(?:\.\d{1,3})?))$/;

/** Amount of CPU. Written as cores (`0.5`) or thousandths of one (`500m`); read as thousandths. */
export const cpu = z
  .string(phrase(cpuExpected))
  .regex(cpuForm, phrase(cpuExpected))
  .refine((value) => !cpuForm.test(value) || milliCpu(value) >= 1, phrase("at least 1m of CPU"));

/** Thousandths of a core. */
export function milliCpu(value: string): number {
  const [, thousandths, cores] = cpuForm.exec(value) ?? [];
  return thousandths === undefined ? Math.round(Number(cores) * 1000) : Number(thousandths);
}

const bytesPerUnit = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, k: 1e3, M: 1e6, G: 1e9, T: 1e12 } as const;
const memoryExpected = "an amount of memory such as 256Mi (Kubernetes quantity with Ki, Mi, Gi, Ti, k, M, G or T)";
const memoryForm = /^(\d{1,9})(Ki|Mi|Gi|Ti|k|M|G|T)$/;
const leastMemory = 4 * 2 ** 20;
const mostMemory = 2 ** 50;

/** Amount of memory, at least 4Mi: the container runtime needs as much to start anything. */
export const memory = z
  .string(phrase(memoryExpected))
  .regex(memoryForm, phrase(memoryExpected))
  .refine((value) => !memoryForm.test(value) || bytes(value) >= leastMemory, phrase("at least 4Mi of memory"))
  .refine((value) => !memoryForm.test(value) || bytes(value) <= mostMemory, phrase("at most 1024Ti of memory"));

/** Bytes. */
export function bytes(value: string): number {
  const [, amount, unit] = memoryForm.exec(value) ?? [];
  return Number(amount) * bytesPerUnit[unit as keyof typeof bytesPerUnit];
}

const secondsPerUnit = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 } as const;
const durationForm = /^(\d{1,6}(?:\.\d{1,3})?)(ms|s|m|h|d)$/;

/** Length of time: a number and one of ms, s, m, h, d. More than none. */
export const duration = z
  .string(phrase("a duration such as 300ms, 60s, 30m or 2h"))
  .regex(durationForm, phrase("a duration such as 300ms, 60s, 30m or 2h"))
  .refine((value) => !durationForm.test(value) || seconds(value) > 0, phrase("a duration of more than none"));

const longestDeadline = 7 * secondsPerUnit.d;

/** A deadline: whole seconds, as Kubernetes counts them, from one second to a week. */
export const deadline = duration.refine(
  (value) => !durationForm.test(value) || (Number.isInteger(seconds(value)) && seconds(value) <= longestDeadline),
  phrase("a duration of whole seconds from 1s to 7d"),
);

/** Longest wait for an answer. An hour at most: timers of a prober do not count up to every number. */
export const patience = duration.refine(
  (value) => !durationForm.test(value) || seconds(value) <= secondsPerUnit.h,
  phrase("a duration of at most 1h"),
);

/** Seconds, with fractions. */
export function seconds(value: string): number {
  const [, amount, unit] = durationForm.exec(value) ?? [];
  return Number((Number(amount) * secondsPerUnit[unit as keyof typeof secondsPerUnit]).toFixed(3));
}

const percentForm = /^(\d{1,3}(?:\.\d{1,4})?)%$/;

/** Share of a whole: from 0% to 100%. */
export const percent = z
  .string(phrase("a percentage such as 99.9%"))
  .regex(percentForm, phrase("a percentage such as 99.9%"))
  .refine((value) => !percentForm.test(value) || ratio(value) <= 1, phrase("a percentage of at most 100%"));

/** Share of a whole that is more than none. */
export const positivePercent = percent.refine(
  (value) => !percentForm.test(value) || ratio(value) > 0,
  phrase("a percentage above 0%"),
);

/** Share of a whole in whole percents, as Kubernetes takes it for a number of pods. */
export const wholePercent = z
  .string(phrase("a whole percentage such as 25%"))
  .regex(/^(0|[1-9]\d?|100)%$/, phrase("a whole percentage from 0% to 100%"));

/** Share between 0 and 1. */
export function ratio(value: string): number {
  return Number((Number(percentForm.exec(value)?.[1]) / 100).toFixed(6));
}
