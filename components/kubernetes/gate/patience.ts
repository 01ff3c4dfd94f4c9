import { setTimeout as delay } from "node:timers/promises";
import { ApiException } from "@kubernetes/client-node";
import { PatchbayError } from "../../../model/index.ts";

/** Pause before another try where the API did not answer, in milliseconds. */
const pauses = [500, 1000, 2000, 4000, 8000];

/**
 * Does something with the API, again where that failed for a moment: a control plane may restart while an update goes on.
 *
 * @param subject What it is about, for the message: `Deployment shop/payments`.
 * @throws PatchbayError `rollout-failed` where the API refuses, or does not answer for a quarter of a minute.
 */
export async function patiently<T>(subject: string, step: () => Promise<T>): Promise<T> {
  for (const pause of pauses) {
    try {
      return await step();
    } catch (error) {
      if (!isPassing(error)) throw unreachable(subject, error);
      await delay(pause);
    }
  }
  return step().catch((error: unknown) => {
    throw unreachable(subject, error);
  });
}

/** Whether the API may answer better in a moment: it could not be reached, it is busy, or it has trouble of its own. */
function isPassing(error: unknown): boolean {
  if (error instanceof PatchbayError) return false;
  return !(error instanceof ApiException) || error.code === 429 || error.code >= 500;
}

function unreachable(subject: string, error: unknown): PatchbayError {
  if (error instanceof PatchbayError) return error;
  // The exception's message holds the whole answer; its first line says what it was.
  const [said = "no answer"] = (error as Error).message.split("\n");
  if (error instanceof ApiException && error.code === 404) return gone(subject);
  return new PatchbayError([
    {
      code: "rollout-failed",
      file: subject,
      path: "",
      found: error instanceof ApiException ? `the API answered with status ${String(error.code)}` : said,
      expected: "a cluster that answers, and a user who may ask (docs/how-to/use-your-own-cluster.md)",
      remedy: "see that the cluster can be reached and the object is there, then run pulumi up again",
    },
  ]);
}

/** The engine has brought it in, so that somebody has taken it away. */
function gone(subject: string): PatchbayError {
  return new PatchbayError([
    {
      code: "rollout-failed",
      file: subject,
      path: "",
      found: "nothing: it has been deleted since the engine brought it in",
      expected: "what the engine brought in",
      remedy: "pulumi refresh, which makes the engine see that, then pulumi up",
    },
  ]);
}
