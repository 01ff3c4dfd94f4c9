import type { ResolvedBinding } from "../model.ts";
import { peersOf } from "../network.ts";
import type { Problem, ProblemCode } from "../problem.ts";
import { nearestTo } from "../schema/check.ts";
import type { Environment } from "../schema/environment.ts";
import type { Integration } from "../schema/release.ts";
import { credentialNeeds, type Service } from "../schema/service.ts";
import type { Placed } from "./catalog.ts";
import { byCodeUnit, inRange } from "./requirements.ts";

export interface BindingContext {
  readonly environment: Environment;
  /** The environment's file. */
  readonly file: string;
}

interface Joint {
  readonly plugin: Placed;
  readonly point: string;
  readonly integration: Integration;
  readonly serviceName: string;
  readonly service: Service;
}

/** Bindings of a plugin, by name, besides those to plugins; and what hinders them. */
export function bindServices(
  plugin: Placed,
  context: BindingContext,
): { bindings: ResolvedBinding[]; problems: Problem[] } {
  const problems = unknownPoints(plugin, context);
  const bindings: ResolvedBinding[] = [];
  for (const [point, integration] of Object.entries(plugin.release.integrations)) {
    const serviceName = plugin.placement.bindings[point] ?? point;
    const service = Object.hasOwn(context.environment.services, serviceName)
      ? context.environment.services[serviceName]
      : undefined;
    if (service === undefined) {
      problems.push(missingService(plugin, point, integration, serviceName, context));
      continue;
    }
    problems.push(...mismatches({ plugin, point, integration, serviceName, service }, context.file));
    bindings.push({
      kind: "service",
      name: point,
      serviceName,
      service,
      scopes: integration.service === "http" ? integration.scopes : [],
      peers: peersOf(service, context.environment.target.namespace),
    });
  }
  return { bindings: bindings.sort((a, b) => byCodeUnit(a.name, b.name)), problems };
}

function unknownPoints({ name, placement, release, file: releaseFile }: Placed, { file }: BindingContext): Problem[] {
  const known = Object.keys(release.integrations);
  return Object.keys(placement.bindings)
    .filter((point) => !known.includes(point))
    .map((point) => {
      const nearest = nearestTo(point, known);
      return {
        code: "binding-unknown",
        file,
        path: `patchbay:plugins.${name}.bindings.${point}`,
        found: `an integration point that ${name} ${release.version} does not have`,
        expected:
          known.length === 0
            ? `no bindings (${releaseFile} has no integrations)`
            : `one of ${known.join(", ")} (${releaseFile}: integrations)`,
        remedy: nearest === undefined ? "remove it" : `did you mean ${nearest}?`,
      };
    });
}

function missingService(
  plugin: Placed,
  point: string,
  integration: Integration,
  serviceName: string,
  { environment, file }: BindingContext,
): Problem {
  const fitting = Object.entries(environment.services)
    .filter(([, service]) => fits(integration, service))
    .map(([name]) => name);
  const { service: type } = integration;
  const wanted = type === "http" ? `an HTTP service that offers ${integration.api}` : `a ${type} service`;
  return {
    code: "service-missing",
    file,
    path: `patchbay:environment.services.${serviceName}`,
    found: "nothing",
    expected: `${wanted}${range(integration)} for ${plugin.name} ${plugin.release.version} (${plugin.file}: integrations.${point})`,
    remedy:
      fitting.length === 0
        ? "declare the service in this environment"
        : `bind it to ${fitting.join(" or ")} by patchbay:plugins.${plugin.name}.bindings.${point}, or declare the service`,
  };
}

function fits(integration: Integration, service: Service): boolean {
  if (integration.service === "http") return service.type === "http" && service.api === integration.api;
  return integration.service === service.type;
}

function range({ version }: Integration): string {
  return version === undefined ? "" : ` ${version}`;
}

function mismatches(joint: Joint, file: string): Problem[] {
  const { plugin, point, integration, serviceName, service } = joint;
  const at = (field: string) => `(${plugin.file}: integrations.${point}.${field})`;
  const problem = (code: ProblemCode, found: string, expected: string, remedy: string): Problem => ({
    code,
    file,
    path: `patchbay:plugins.${plugin.name}.bindings.${point}`,
    found: `service "${serviceName}" ${found}`,
    expected,
    remedy,
  });
  if (integration.service !== service.type) {
    return [
      problem(
        "service-mismatch",
        `is of type ${service.type}`,
        `${integration.service} ${at("service")}`,
        `bind it to a ${integration.service} service`,
      ),
    ];
  }
  const what = integration.service === "http" ? integration.api : integration.service;
  if (integration.service === "http" && service.type === "http" && service.api !== integration.api) {
    return [
      problem(
        "service-mismatch",
        `offers API ${service.api}`,
        `${integration.api} ${at("api")}`,
        `bind it to a service that offers ${integration.api}`,
      ),
    ];
  }
  const problems: Problem[] = [];
  if (integration.version !== undefined && !inRange(service.version, integration.version)) {
    const offers =
      service.type === "http"
        ? `offers API ${service.api} ${service.version}`
        : `is ${service.type} ${service.version}`;
    const remedy = `bind it to a service with ${what} ${integration.version}, or choose a ${plugin.name} that works with ${service.version}`;
    problems.push(problem("service-mismatch", offers, `${integration.version} ${at("version")}`, remedy));
  }
  if (integration.service === "http" && service.type === "http" && service.auth.type !== integration.auth) {
    const remedy = `correct auth of the service, or choose a ${plugin.name} that authenticates by ${service.auth.type}`;
    problems.push(
      problem("auth-mismatch", `asks for auth ${service.auth.type}`, `${integration.auth} ${at("auth")}`, remedy),
    );
  }
  return problems;
}

/** Credentials that a bound service asks for and the environment lacks, and such as nothing asks for. */
export function credentialProblems(
  services: Environment["services"],
  bound: ReadonlySet<string>,
  credentials: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  context: { readonly file: string; readonly environment: string },
): Problem[] {
  const missing = [...bound]
    .sort(byCodeUnit)
    .flatMap((name) => missingCredentials(name, services[name], credentials[name] ?? {}, context));
  const unknown = Object.keys(credentials).flatMap((name) =>
    unknownCredentials(name, services, credentials[name] ?? {}, context.file),
  );
  return [...missing, ...unknown];
}

function missingCredentials(
  name: string,
  service: Service | undefined,
  given: Readonly<Record<string, unknown>>,
  { file, environment }: { readonly file: string; readonly environment: string },
): Problem[] {
  const missing =
    service === undefined ? [] : credentialNeeds(service).required.filter((key) => !Object.hasOwn(given, key));
  return missing.map((key) => ({
    code: "credentials-missing",
    file,
    path: `patchbay:credentials.${name}.${key}`,
    found: "nothing",
    expected: `the ${key} that service "${name}" asks for`,
    remedy: `pulumi config set --secret --path 'patchbay:credentials.${name}.${key}' -s ${environment}`,
  }));
}

function unknownCredentials(
  name: string,
  services: Environment["services"],
  given: Readonly<Record<string, unknown>>,
  file: string,
): Problem[] {
  const service = Object.hasOwn(services, name) ? services[name] : undefined;
  const path = `patchbay:credentials.${name}`;
  if (service === undefined) {
    const nearest = nearestTo(name, Object.keys(services));
    const remedy = nearest === undefined ? "remove them, or declare the service" : `did you mean ${nearest}?`;
    return [
      {
        code: "credentials-unknown",
        file,
        path,
        found: "credentials of a service that the environment does not declare",
        expected: "the name of a service under patchbay:environment.services",
        remedy,
      },
    ];
  }
  const { required, optional } = credentialNeeds(service);
  const known = [...required, ...optional];
  return Object.keys(given)
    .filter((key) => !known.includes(key))
    .map((key) => {
      const nearest = nearestTo(key, known);
      const expected = known.length === 0 ? "no credentials: the service asks for none" : `one of ${known.join(", ")}`;
      return {
        code: "credentials-unknown",
        file,
        path: `${path}.${key}`,
        found: `the unknown key "${key}"`,
        expected,
        remedy: nearest === undefined ? "remove it" : `did you mean ${nearest}?`,
      };
    });
}
