/**
 * The program that Patchbay's is compared with: the same resources by the provider's own classes, and nothing else. Data
 * and a loop rather than thousands of statements: nothing that a user writes could start faster.
 */
import { readFileSync } from "node:fs";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

export interface RawResource {
  readonly type: string;
  readonly name: string;
  /** Plain data, with `{ $secret: value }` for secrets and `{ $output: resource, key }` for a key of its metadata. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Logical names. */
  readonly dependencies: readonly string[];
  readonly retainOnDelete: boolean;
}

type ResourceClass = new (
  name: string,
  args: unknown,
  options: pulumi.CustomResourceOptions,
) => pulumi.CustomResource & { readonly metadata: pulumi.Output<Record<string, unknown>> };
type Group = Readonly<Record<string, Readonly<Record<string, ResourceClass | undefined>> | undefined>>;

const groups = k8s as unknown as Readonly<Record<string, Group | undefined>>;
const resources = new Map<string, InstanceType<ResourceClass>>();
let provider: k8s.Provider | undefined;

/** `kubernetes:networking.k8s.io/v1:NetworkPolicy` is `k8s.networking.v1.NetworkPolicy`. */
function classOf(type: string): ResourceClass {
  const [, module = "", kind = ""] = type.split(":");
  const [group = "", version = ""] = module.split("/");
  const known = groups[group.split(".")[0] ?? ""]?.[version]?.[kind];
  return known ?? (k8s.apiextensions.CustomResource as unknown as ResourceClass);
}

function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode);
  if (value === null || typeof value !== "object") return value;
  const { $secret, $output, key, ...data } = value as Record<string, unknown>;
  if ($secret !== undefined) return pulumi.secret($secret);
  if (typeof $output === "string")
    return resources.get($output)?.metadata.apply((metadata) => String(metadata[String(key)]));
  const entries = Object.entries(key === undefined ? data : { ...data, key });
  return Object.fromEntries(entries.map(([name, item]) => [name, decode(item)]));
}

function register({ type, name, inputs, dependencies, retainOnDelete }: RawResource): void {
  if (type === "pulumi:providers:kubernetes") {
    const args = Object.entries(inputs).map(([key, text]) => [key, text === "true" ? true : text]);
    provider = new k8s.Provider(name, Object.fromEntries(args) as k8s.ProviderArgs);
    return;
  }
  const dependsOn = dependencies.flatMap((dependency) => resources.get(dependency) ?? []);
  const options = { ...(provider && { provider }), dependsOn, ...(retainOnDelete && { retainOnDelete }) };
  resources.set(name, new (classOf(type))(name, decode(inputs), options));
}

for (const resource of JSON.parse(readFileSync("resources.json", "utf8")) as RawResource[]) register(resource);
