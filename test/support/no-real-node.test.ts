import { test } from "vitest";
import { impossible } from "./real-tests.ts";

const reason = (await impossible(process.env)) ?? "it was not possible when the run began";

test.skip(`tests on a real node: ${reason}`);
