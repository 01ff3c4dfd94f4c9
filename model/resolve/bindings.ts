import type { ServiceBinding } from "../model.ts";
import { peersOf } from "../network.ts";
import type { Problem, ProblemCode } from "../problem.ts";
import { nearestTo } from "../schema/check.ts";
import type { Integration } from "../schema/release.ts";
import type { Service } from "../schema/service.ts";
import type { Placed } from "./catalog.ts";
import type { Draft } from "./draft.ts";
import { byCodeUnit } from "./order.ts";
import { inRange } from "./requirements.ts";

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
  drafted: Draft,
): { readonly bindings: readonly ServiceBinding[]; readonly problems: readonly Problem[] } {
  const { services, file, namespace = "" } = drafted;
  const problems = unknownPoints(plugin, file);
  const bindings: ServiceBinding[] = [];
  for (const [point, integration] of Object.entries(plugin.release.integrations)) {
    const serviceName = own(plugin.placement.bindings, point) ?? point;
    const service = own(services.sound, serviceName);
    if (service === undefined) {
      // A faulty one has been reported already.
      if (!services.has(serviceName)) problems.push(missingService(plugin, point, integration, serviceName, drafted));
      continue;
    }
    problems.push(...mismatches({ plugin, point, integration, serviceName, service }, file));
    bindings.push({
      kind: "service",
      name: point,
      serviceName,
      service,
      scopes: integration.service === "http" ? integration.scopes : [],
      peers: peersOf(service, namespace),
    });
  }
  return { bindings: bindings.sort((a, b) => byCodeUnit(a.name, b.name)), problems };
}

/** An entry, never a member that every object inherits. */
function own<T>(map: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

function unknownPoints({ name, placement, release, file: releaseFile }: Placed, file: string): Problem[] {
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
  { services, file }: Draft,
): Problem {
  const fitting = Object.entries(services.sound)
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
