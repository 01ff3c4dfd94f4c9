import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { parse } from "yaml";
import type { Data, ReleaseData } from "./documents.ts";
import { type Answers, Load } from "./load.ts";
import type { Project, StackDocuments } from "./project.ts";

/** A plugin for each strategy, all of the same program: what is done to one is done to all. */
export const members = ["rolling", "canary", "bluegreen"] as const;
export type Member = (typeof members)[number];

export type Strategies = Readonly<Record<Member, Data>>;

/** What each member does unless a test says otherwise. */
const strategies: Strategies = {
  rolling: {},
  canary: { canary: { steps: [{ setWeight: 25 }, { pause: { duration: "2s" } }, { setWeight: 50 }] } },
  bluegreen: { blueGreen: { scaleDownDelay: "5s" } },
};

export interface Setting {
  readonly release: string;
  /** Fault of the program (examples/plugins). */
  readonly fault?: string;
  /** Members that have the fault; all, if absent. */
  readonly faulty?: readonly Member[];
  readonly strategies?: Partial<Strategies>;
  readonly deadline?: string;
  /** Password of the database, instead of the right one. */
  readonly password?: string;
  /** How long a rollout waits for services. */
  readonly waitForServices?: string;
}

export interface Fleet {
  readonly namespace: string;
  readonly images: Readonly<Record<string, string>>;
  readonly credentials: NonNullable<StackDocuments["credentials"]>;
  readonly services: Data;
  readonly analyses?: Data;
  readonly integrations?: Data;
}

/** Replicas of each member: a canary's first step of 25 % is one of them. */
export const replicas = 4;

/** Releases of every member of the fleet, of each image that there is. */
export function fleetReleases({ images, integrations = {} }: Fleet, more: Data = {}): ReleaseData[] {
  return members.flatMap((plugin) =>
    Object.entries(images).map(([version, image]) => ({
      plugin,
      version,
      image,
      host: { name: "shop", version: "*" },
      http: { port: 8080, metrics: "/metrics" },
      resources: { cpu: "20m", memory: "32Mi" },
      integrations,
      verify: [{ get: "/", body: { contains: version } }],
      ...more,
    })),
  );
}

/** Documents in which every member is in the same setting. */
export function fleetDocuments(fleet: Fleet, setting: Setting): StackDocuments {
  const { release, fault, faulty = members, deadline = "60s", password, waitForServices = "60s" } = setting;
  const { orders, ...others } = fleet.credentials;
  const placement = (member: Member): Data => ({
    release,
    replicas,
    ...(fault !== undefined && faulty.includes(member) && { env: { FAULT: fault } }),
    rollout: { ...strategies[member], ...setting.strategies?.[member], deadline },
  });
  return {
    environment: {
      stage: "development",
      host: { name: "shop", version: "1.0.0" },
      target: { kind: "kubernetes", namespace: fleet.namespace },
      services: fleet.services,
      verifier: { timeout: "60s", waitForServices },
      ...(fleet.analyses && { analyses: fleet.analyses }),
    },
    plugins: Object.fromEntries(members.map((member) => [member, placement(member)])),
    credentials: {
      ...others,
      ...(orders && { orders: { ...orders, ...(password !== undefined && { password }) } }),
    },
  };
}

/** Puts a load on every member while something is done, and tells what became of it. */
export async function underLoad<T>(
  kubeconfig: string,
  namespace: string,
  work: () => Promise<T>,
): Promise<{ result: T; answers: Readonly<Record<Member, Answers>> }> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const core = config.makeApiClient(CoreV1Api);
  const loads = await Promise.all(
    members.map(async (name) => {
      const { spec } = await core.readNamespacedService({ namespace, name });
      return [name, new Load(`http://${spec?.clusterIP ?? ""}/`)] as const;
    }),
  );
  const ended = async () =>
    Object.fromEntries(await Promise.all(loads.map(async ([name, load]) => [name, await load.end()] as const)));
  try {
    const result = await work();
    return { result, answers: (await ended()) as Record<Member, Answers> };
  } catch (error) {
    await ended();
    throw error;
  }
}

/** An update of the whole fleet: what fails in one member does not keep the others from being tried. */
export async function bring(project: Project, stack: string, documents: StackDocuments) {
  await project.declare(stack, documents);
  const started = performance.now();
  const update = await project.up(stack, "--continue-on-error");
  return { ...update, seconds: (performance.now() - started) / 1000 };
}

export type Releases = Readonly<Record<Member, string>>;

/** Every member at the same release. */
export function allAt(release: string): Releases {
  return { rolling: release, canary: release, bluegreen: release };
}

/** What the newest entry of the stack's history says: how it ended, and what it declared. */
export async function lastRecorded(project: Project, stack: string) {
  const { output } = await project.succeed("stack", "history", "-s", stack, "--json", "--page-size", "1");
  const [entry] = JSON.parse(output) as { result: string; config: Record<string, { value: string }> }[];
  const plugins = JSON.parse(entry?.config["patchbay:plugins"]?.value ?? "{}") as Placements;
  return { result: entry?.result, releases: releasesIn(plugins) };
}

/** What the stack's file declares. */
export function declaredReleases(project: Project, stack: string) {
  const text = readFileSync(join(project.directory, `Pulumi.${stack}.yaml`), "utf8");
  const { config } = parse(text) as { config: { "patchbay:plugins": Placements } };
  return releasesIn(config["patchbay:plugins"]);
}

type Placements = Readonly<Record<string, { readonly release: string }>>;

function releasesIn(plugins: Placements): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(plugins).map(([name, { release }]) => [name, release]));
}
