import { chooseNode } from "../../toolchain/cluster/node/choice.ts";

/** What of the project `real` vitest runs here. */
interface RealTests {
  readonly include: string[];
  readonly globalSetup: string[];
}

/**
 * The tests on a real node; where there can be none, a single one that is skipped and names the reason. With
 * `PATCHBAY_TEST_NODE=required`, or a real node asked for, they run in any case, and then fail there.
 */
export async function realTests(environment: NodeJS.ProcessEnv): Promise<RealTests> {
  const isRequired = environment["PATCHBAY_TEST_NODE"] === "required" || environment["PATCHBAY_NODE"] === "real";
  return isRequired || (await impossible(environment)) === undefined
    ? { include: ["test/real/**/*.test.ts"], globalSetup: ["test/support/real-setup.ts"] }
    : { include: ["test/support/no-real-node.test.ts"], globalSetup: [] };
}

/** Why this machine cannot have a real node; undefined where it can. */
export async function impossible(environment: NodeJS.ProcessEnv): Promise<string | undefined> {
  const { kind, because } = await chooseNode("auto", environment);
  return kind === "real" ? undefined : because;
}
