import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { ensureEngine, quietProgress, startCluster } from "../../toolchain/index.ts";
import { createPair } from "./projects.ts";

const engine = await ensureEngine(quietProgress);
const directory = "/tmp/bench-mine/work";
rmSync(directory, { recursive: true, force: true });
mkdirSync(directory, { recursive: true });
const cluster = await startCluster({ directory: "/tmp/bench-mine/cluster", progress: quietProgress, durable: false });
const variables = {
  ...engine.environment,
  KUBECONFIG: cluster.kubeconfig,
  PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
};
for (const n of [10, 100]) {
  const pair = await createPair(
    { pulumi: engine.pulumi, directory, variables, signal: new AbortController().signal },
    n,
    String(n),
  );
  for (const p of [pair.ours, pair.raw])
    writeFileSync(
      `${p.directory}/env.sh`,
      Object.entries(p.variables)
        .map(([k, v]) => `export ${k}='${v}'`)
        .join("\n"),
    );
}
