import type { types } from "@pulumi/kubernetes";
import type { ResolvedEnvironment, ResolvedPlugin } from "../../model/index.ts";
import type { Projection } from "../target.ts";
import { bindingRoot } from "./binding.ts";
import { brokerAddress } from "./events.ts";
import { label, ownLabels, type PodRole } from "./labels.ts";

type Container = types.input.core.v1.Container;
type EnvVar = types.input.core.v1.EnvVar;

export interface PodContext {
  readonly environment: ResolvedEnvironment;
  readonly plugin: ResolvedPlugin;
  readonly projections: readonly Projection[];
}

/** What Pod Security Standard "restricted" asks for, and a root file system that nobody can write. */
const containerSecurity = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

const podSecurity = { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } };

/** Labels of a plugin's pods, by what they do. */
export function podLabels(plugin: string, role: PodRole): Record<string, string> {
  return { ...ownLabels(plugin), [label.role]: role };
}

/** A container of the plugin: its environment and variables of its own, its bindings as files, no rights. */
export function container(
  { environment, plugin, projections }: PodContext,
  own: Pick<Container, "name" | "image"> & Partial<Container>,
  variables: Readonly<Record<string, string>> = {},
): Container {
  const { cpu, memory } = plugin.release.resources;
  return {
    ...own,
    env: environmentVariables(environment, plugin, projections, variables),
    resources: { requests: { cpu, memory }, limits: { cpu, memory } },
    securityContext: containerSecurity,
    volumeMounts: [
      { name: "tmp", mountPath: "/tmp" },
      ...projections.map(({ name }) => ({
        name: volumeName(name),
        mountPath: `${bindingRoot}/${name}`,
        readOnly: true,
      })),
    ],
  };
}

/** The parts of a pod that do not depend on what it does. */
export function podBase({
  plugin,
  projections,
}: PodContext): Pick<
  types.input.core.v1.PodSpec,
  "serviceAccountName" | "automountServiceAccountToken" | "securityContext" | "volumes"
> {
  return {
    serviceAccountName: plugin.name,
    automountServiceAccountToken: false,
    securityContext: podSecurity,
    volumes: [
      { name: "tmp", emptyDir: {} },
      ...projections.map(({ name, source }) => ({ name: volumeName(name), secret: { secretName: source } })),
    ],
  };
}

function volumeName(binding: string): string {
  return `binding-${binding}`;
}

function environmentVariables(
  environment: ResolvedEnvironment,
  plugin: ResolvedPlugin,
  projections: readonly Projection[],
  more: Readonly<Record<string, string>>,
): EnvVar[] {
  const sink = plugin.release.emits.length > 0 ? brokerAddress(environment) : undefined;
  const all = {
    PATCHBAY_PLUGIN: plugin.name,
    PATCHBAY_RELEASE: plugin.version,
    PATCHBAY_ENVIRONMENT: environment.name,
    ...(projections.length > 0 && { SERVICE_BINDING_ROOT: bindingRoot }),
    // K_SINK is where Knative's sources send (Knative Eventing, "SinkBinding").
    ...(sink !== undefined && { K_SINK: sink, PATCHBAY_EMITS: plugin.release.emits.join(" ") }),
    ...more,
    // Last, so that a diff shows what was added to them, and no more; the model refuses names of ours there.
    ...plugin.env,
  };
  return Object.entries(all).map(([name, value]) => ({ name, value: literal(value) }));
}

/** A text that stays as it is: in variables and arguments Kubernetes replaces `$(NAME)`, and reads each `$$` as one dollar. */
export function literal(text: string): string {
  return text.replaceAll("$", "$$$$");
}
