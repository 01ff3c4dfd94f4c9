import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import language, {
  type GetProgramDependenciesRequest,
  type GetProgramDependenciesResponse,
  type GetRequiredPackagesRequest,
  type GetRequiredPackagesResponse,
} from "@pulumi/pulumi/proto/language_pb.js";
import plugin, { type PackageDependency } from "@pulumi/pulumi/proto/plugin_pb.js";

/** What we read of a `package.json`. */
interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  /** Written by Pulumi's SDK generator. */
  readonly pulumi?: {
    readonly resource?: boolean;
    readonly name?: string;
    readonly version?: string;
    readonly server?: string;
    readonly parameterization?: { readonly name: string; readonly version: string; readonly value: string };
  };
}

interface Found {
  readonly directory: string;
  readonly manifest: Manifest;
}

/** The providers that a program's npm packages stand for, so that the engine can look for them before it starts. */
export function requiredPackages(request: GetRequiredPackagesRequest): GetRequiredPackagesResponse {
  const response = new language.GetRequiredPackagesResponse();
  const directory = request.getInfo()?.getProgramDirectory();
  if (directory === undefined) return response;
  for (const { manifest } of providerPackages(directory)) response.addPackages(packageDependency(manifest));
  return response;
}

/** For `pulumi about`: the program's own npm dependencies with the versions installed. */
export function programDependencies(request: GetProgramDependenciesRequest): GetProgramDependenciesResponse {
  const response = new language.GetProgramDependenciesResponse();
  const program = nearestManifest(request.getInfo()?.getProgramDirectory() ?? request.getPwd());
  if (!program) return response;
  for (const name of Object.keys({ ...program.manifest.dependencies, ...program.manifest.devDependencies })) {
    const dependency = new language.DependencyInfo();
    dependency.setName(name);
    dependency.setVersion(installed(name, program.directory)?.manifest.version ?? "not installed");
    response.addDependencies(dependency);
  }
  return response;
}

/**
 * Looks only into packages that depend on `@pulumi/pulumi` themselves: no other can bring a provider, and a tree of
 * hundreds of packages takes long to read.
 */
export function providerPackages(programDirectory: string): Found[] {
  const program = nearestManifest(programDirectory);
  if (!program) return [];
  const seen = new Map<string, Found>();
  const queue = [program];
  for (let next = queue.shift(); next; next = queue.shift()) {
    const { dependencies, peerDependencies, devDependencies } = next.manifest;
    const own = next === program ? devDependencies : {};
    for (const name of Object.keys({ ...dependencies, ...peerDependencies, ...own })) {
      const found = installed(name, next.directory);
      if (!found || seen.has(found.directory) || !usesPulumi(found.manifest)) continue;
      seen.set(found.directory, found);
      queue.push(found);
    }
  }
  return [...seen.values()].filter(({ manifest }) => manifest.pulumi?.resource === true);
}

function packageDependency(manifest: Manifest): PackageDependency {
  const { pulumi } = manifest;
  const dependency = new plugin.PackageDependency();
  dependency.setKind("resource");
  dependency.setName(pulumi?.name ?? (manifest.name ?? "").replace(/^.*\//, ""));
  dependency.setVersion(`v${pulumi?.version ?? manifest.version ?? ""}`);
  if (pulumi?.server !== undefined) dependency.setServer(pulumi.server);
  if (pulumi?.parameterization) {
    const parameterization = new plugin.PackageParameterization();
    parameterization.setName(pulumi.parameterization.name);
    parameterization.setVersion(pulumi.parameterization.version);
    parameterization.setValue(pulumi.parameterization.value);
    dependency.setParameterization(parameterization);
  }
  return dependency;
}

function usesPulumi(manifest: Manifest): boolean {
  return "@pulumi/pulumi" in { ...manifest.dependencies, ...manifest.peerDependencies };
}

function nearestManifest(directory: string): Found | undefined {
  for (const folder of upwards(directory)) {
    const manifest = readManifest(folder);
    if (manifest) return { directory: folder, manifest };
  }
  return undefined;
}

function installed(name: string, from: string): Found | undefined {
  for (const folder of upwards(from)) {
    const directory = join(folder, "node_modules", name);
    const manifest = readManifest(directory);
    if (manifest) return { directory, manifest };
  }
  return undefined;
}

function* upwards(directory: string): Generator<string> {
  let folder = directory;
  for (; folder !== dirname(folder); folder = dirname(folder)) yield folder;
  yield folder;
}

function readManifest(directory: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as Manifest;
  } catch {
    return undefined; // no package there, or one that npm itself would refuse
  }
}
