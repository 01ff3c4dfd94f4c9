/** A world without an engine: records what a program registers, and answers as the providers would. */
import { isDeepStrictEqual } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import type { Gate } from "../../components/index.ts";

/** Arguments of a resource as plain data, secrets unwrapped. */
export type Inputs = Readonly<Record<string, unknown>>;

/** A resource as the engine was asked for it. */
export interface Registration {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** URN of the parent; empty for none. */
  readonly parent: string;
  readonly inputs: Inputs;
  /** The same, with `[secret]` in place of everything that the state would hold encrypted. */
  readonly visibleInputs: Inputs;
  /** URNs of all that it waits for, whether said by `dependsOn` or through an output; sorted. */
  readonly dependencies: readonly string[];
  /** Provider as `<URN>::<id>`; empty for components and default providers. */
  readonly provider: string;
  readonly retainOnDelete: boolean;
  /** Paths of inputs whose changes the engine leaves alone. */
  readonly ignoreChanges: readonly string[];
}

export interface MockWorldOptions {
  readonly project?: string;
  readonly stack?: string;
  /** Plain data by key, such as `patchbay:environment`. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Keys of `config` that hold secrets. */
  readonly secretKeys?: readonly string[];
}

/** What {@link Registration.visibleInputs} shows of a secret. */
export const concealed = "[secret]";

/** Lets everything be created without anything to wait for: the mocks know no resource hooks. */
export const openGate: Gate = {
  namespaceOptions: {},
  taskOptions: {},
  serviceOptions: {},
  workloadOptions: {},
  verificationOptions: {},
};

/** Random bytes, as the mocked provider makes them. */
export const mockBytes = Buffer.alloc(32, 7).toString("base64");

/** Starts anew: forgets what was registered before. Call it before a program, or a component, is made. */
export async function mockWorld(options: MockWorldOptions = {}): Promise<MockWorld> {
  const { project = "patchbay", stack = "dev", config = {}, secretKeys = [] } = options;
  // What an earlier test left under way would otherwise end in this world.
  await registrationsDone();
  const world = new MockWorld();
  await pulumi.runtime.setMocks(
    { newResource: ({ type, name, inputs }) => answer(type, name, inputs as Inputs), call: () => ({}) },
    project,
    stack,
  );
  const texts = Object.entries(config).map(([key, value]) => [key, JSON.stringify(value)]);
  pulumi.runtime.setAllConfig(Object.fromEntries(texts) as Record<string, string>, [...secretKeys]);
  world.listen();
  return world;
}

/** The value of an output, once it is known. */
export function promiseOf<T>(output: pulumi.Input<T>): Promise<pulumi.Unwrap<T>> {
  return new Promise((resolve) => pulumi.output(output).apply(resolve));
}

/** Returns when the program has nothing under way with the engine. The SDK has it, and keeps it out of its types. */
function registrationsDone(): Promise<void> {
  return (pulumi.runtime as unknown as { waitForRPCs(): Promise<void> }).waitForRPCs();
}

/** Outputs as the cluster, and the random provider, would give them. */
function answer(type: string, name: string, inputs: Inputs): pulumi.runtime.MockResourceResult {
  const id = `${name}-id`;
  if (type === "random:index/randomBytes:RandomBytes")
    return { id, state: { ...inputs, base64: pulumi.secret(mockBytes) } };
  if (!type.startsWith("kubernetes:")) return { id, state: { ...inputs } };
  // The provider names what carries no name, and the API server counts the changes of a spec.
  const metadata = { name: `${name}-0a1b2c3d`, generation: 1, ...(inputs.metadata as object | undefined) };
  return { id, state: { ...inputs, metadata } };
}

interface RegisterRequest {
  getType(): string;
  getName(): string;
  getParent(): string;
  getProvider(): string;
  getDependenciesList(): string[];
  getRetainondelete(): boolean | undefined;
  getIgnorechangesList(): string[];
  getObject(): { toJavaScript(): Inputs } | undefined;
}
interface OutputsRequest {
  getUrn(): string;
  getOutputs(): { toJavaScript(): Inputs } | undefined;
}
type Callback = (error: unknown, response: { getUrn(): string } | undefined) => void;
interface Monitor {
  registerResource(request: RegisterRequest, callback: Callback): unknown;
  registerResourceOutputs(request: OutputsRequest, callback: Callback): unknown;
}

export class MockWorld {
  readonly #registrations: Registration[] = [];
  readonly #outputs = new Map<string, Inputs>();

  /** Listens to the engine's requests themselves: mocks are told neither parents nor dependencies. */
  listen(): void {
    const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
    const register = monitor.registerResource.bind(monitor);
    const complete = monitor.registerResourceOutputs.bind(monitor);
    monitor.registerResource = (request, callback) =>
      register(request, (error, response) => {
        if (response !== undefined) this.#registrations.push(registration(request, response.getUrn()));
        callback(error, response);
      });
    monitor.registerResourceOutputs = (request, callback) => {
      this.#outputs.set(request.getUrn(), conceal(request.getOutputs()?.toJavaScript() ?? {}) as Inputs);
      return complete(request, callback);
    };
  }

  /** All resources, once the program has nothing more to register; in no particular order. */
  async registered(): Promise<readonly Registration[]> {
    await registrationsDone();
    return this.#registrations;
  }

  /**
   * The one resource of a type, known by its logical name or by its parent.
   *
   * @throws Error that lists what there is, where none or several fit.
   */
  async created(type: string, where: string | pulumi.Resource): Promise<Registration> {
    const all = await this.registered();
    const place = typeof where === "string" ? where : await promiseOf(where.urn);
    const fitting = all.filter((one) => one.type === type && [one.name, one.parent].includes(place));
    const [only] = fitting;
    if (only !== undefined && fitting.length === 1) return only;
    const there = all.map(({ type, name }) => `${type} ${name}`).sort();
    throw new Error(`${String(fitting.length)} of ${type} ${place} among\n${there.join("\n")}`);
  }

  /** What was registered, as `type name`, sorted; below a resource, or all of it. Components included. */
  async createdTypes(below?: pulumi.Resource): Promise<readonly string[]> {
    return (await this.#below(below)).map(({ type, name }) => `${type} ${name}`).sort();
  }

  /** All that the state would show in plain text of a resource and of everything below it; of the whole stack, if absent. */
  async stateOf(resource?: pulumi.Resource): Promise<string> {
    const within = await this.#below(resource);
    const itself = resource === undefined ? [] : [await promiseOf(resource.urn)];
    const outputs = [...within.map(({ urn }) => urn), ...itself].map((urn) => this.#outputs.get(urn));
    return JSON.stringify([within.map(({ visibleInputs }) => visibleInputs), outputs]);
  }

  async #below(resource: pulumi.Resource | undefined): Promise<readonly Registration[]> {
    const all = await this.registered();
    if (resource === undefined) return all;
    const parents = new Set([await promiseOf(resource.urn)]);
    const within = new Set<Registration>();
    for (let before = -1; before !== within.size; ) {
      before = within.size;
      for (const one of all.filter(({ parent }) => parents.has(parent))) {
        within.add(one);
        parents.add(one.urn);
      }
    }
    return [...within];
  }
}

function registration(request: RegisterRequest, urn: string): Registration {
  const raw = request.getObject()?.toJavaScript() ?? {};
  return {
    urn,
    type: request.getType(),
    name: request.getName(),
    parent: request.getParent(),
    inputs: reveal(raw) as Inputs,
    visibleInputs: conceal(raw) as Inputs,
    dependencies: [...new Set(request.getDependenciesList())].sort(),
    provider: request.getProvider(),
    retainOnDelete: request.getRetainondelete() ?? false,
    ignoreChanges: request.getIgnorechangesList(),
  };
}

/** How the engine's protocol marks a secret. */
const marks = { key: "4dabf18193072939515e22adb298388d", secret: "1b47061264138c4ac30d75fd1eb44270" };

function mapSecrets(value: unknown, onSecret: (inner: unknown) => unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((item) => mapSecrets(item, onSecret));
  const map = value as Inputs;
  if (map[marks.key] === marks.secret) return onSecret(map.value);
  return Object.fromEntries(Object.entries(map).map(([key, item]) => [key, mapSecrets(item, onSecret)]));
}

function reveal(value: unknown): unknown {
  return mapSecrets(value, reveal);
}

function conceal(value: unknown): unknown {
  return mapSecrets(value, () => concealed);
}

/** What stands at a path of plain data, such as `spec.template.spec`; undefined where it ends before. */
export function at(data: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (value, key) => (value !== null && typeof value === "object" ? (value as Inputs)[key] : undefined),
      data,
    );
}

/** Every value in plain data that stands under one of the keys, wherever that is; each distinct one once. */
export function allUnder(data: unknown, ...keys: readonly string[]): unknown[] {
  const found: unknown[] = [];
  const visit = (value: unknown): void => {
    if (value === null || typeof value !== "object") return;
    for (const [key, item] of Object.entries(value)) {
      if (keys.includes(key) && !found.some((other) => isDeepStrictEqual(other, item))) found.push(item);
      visit(item);
    }
  };
  visit(data);
  return found;
}
