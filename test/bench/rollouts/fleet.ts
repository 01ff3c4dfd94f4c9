import { KubeConfig } from "@kubernetes/client-node";
import { type Fleet, fleetDocuments, fleetReleases, type Member, members, type Setting } from "../../support/fleet.ts";
import type { ClusterMachine } from "../machine.ts";
import { type Change, createProject, createStack, declare, type Kind, type Project } from "../projects.ts";
import type { RawResource } from "../raw-program.ts";
import type { Synthetic } from "../synthetic.ts";

/** A machine whose cluster runs containers. */
export interface RolloutMachine extends ClusterMachine {
  /** Images of a small plugin by their versions; that of 9.9.9 is in no registry. */
  readonly images: Readonly<Record<string, string>>;
}

/** An environment of some members of the fleet, brought in by one of the programs. */
export interface FleetStack {
  readonly project: Project;
  readonly declare: (setting: Setting) => Promise<void>;
}

/** An environment that declares a good release, and has not been brought in yet. */
export async function createFleet(
  machine: RolloutMachine,
  kind: Kind,
  name: string,
  only: readonly Member[],
  change?: Change,
): Promise<FleetStack> {
  const project = createProject(machine, kind, name);
  const fleet: Fleet = { namespace: project.namespace, images: machine.images, credentials: {}, services: {} };
  const documents = (setting: Setting): Synthetic => {
    const { environment, plugins } = fleetDocuments(fleet, setting);
    return {
      environment,
      plugins: Object.fromEntries(only.map((member) => [member, plugins[member]])),
      credentials: {},
      releases: fleetReleases(fleet),
    };
  };
  await createStack(machine, project, documents({ release: goodReleases[0] }), change);
  return { project, declare: (setting) => declare(project, documents(setting), change) };
}

/** Releases of the fleet's program that work. */
export const goodReleases = ["1.2.0", "1.3.0"] as const;

export const allMembers: readonly Member[] = members;

/**
 * What plain Pulumi makes of the same resources: it has no verification, and nothing but the provider to wait for a Deployment.
 *
 * @param annotations of the Deployment, for the provider.
 */
export function plainly(annotations: Readonly<Record<string, string>>): Change {
  return (resources) =>
    resources
      .filter(({ type }) => type !== "kubernetes:batch/v1:Job")
      .map((one) => (one.type === "kubernetes:apps/v1:Deployment" ? annotated(one, annotations) : one));
}

function annotated(resource: RawResource, annotations: Readonly<Record<string, string>>): RawResource {
  const metadata = resource.inputs.metadata as { readonly annotations?: object };
  const all = { ...metadata.annotations, ...annotations };
  return { ...resource, inputs: { ...resource.inputs, metadata: { ...metadata, annotations: all } } };
}

export function kubeConfigOf({ cluster }: ClusterMachine): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(cluster.kubeconfig);
  return config;
}
