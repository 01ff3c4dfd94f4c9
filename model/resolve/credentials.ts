import type { Problem } from "../problem.ts";
import { nearestTo, quote } from "../schema/check.ts";
import { credentialNeeds } from "../schema/service.ts";
import type { Draft } from "./draft.ts";
import { byCodeUnit } from "./order.ts";

/** Credentials that a bound service asks for and the environment lacks, and such as nothing asks for. */
export function credentialProblems(bound: ReadonlySet<string>, drafted: Draft): Problem[] {
  return [
    ...[...bound].sort(byCodeUnit).flatMap((service) => missingCredentials(service, drafted)),
    ...Object.entries(drafted.credentials.sound).flatMap(([service, given]) =>
      unknownCredentials(service, Object.keys(given), drafted),
    ),
  ];
}

function missingCredentials(name: string, { services, credentials, file, name: environment }: Draft): Problem[] {
  const service = services.sound[name];
  const given = Object.hasOwn(credentials.sound, name) ? credentials.sound[name] : undefined;
  // Faulty ones have been reported already.
  if (service === undefined || (given === undefined && credentials.has(name))) return [];
  return credentialNeeds(service)
    .required.filter((key) => given === undefined || !Object.hasOwn(given, key))
    .map((key) => ({
      code: "credentials-missing",
      file,
      path: `patchbay:credentials.${name}.${key}`,
      found: "nothing",
      expected: `the ${key} that service "${name}" asks for`,
      remedy: `pulumi config set --secret --path 'patchbay:credentials.${name}.${key}' -s ${environment}`,
    }));
}

function unknownCredentials(name: string, keys: readonly string[], { services, file }: Draft): Problem[] {
  const path = `patchbay:credentials.${name}`;
  const service = Object.hasOwn(services.sound, name) ? services.sound[name] : undefined;
  if (service === undefined)
    return services.has(name) ? [] : [unknownService(name, path, Object.keys(services.sound), file)];
  const { required, optional } = credentialNeeds(service);
  const known = [...required, ...optional];
  return keys
    .filter((key) => !known.includes(key))
    .map((key) => {
      const nearest = nearestTo(key, known);
      return {
        code: "credentials-unknown",
        file,
        path: `${path}.${key}`,
        found: `the unknown key ${quote(key)}`,
        expected: known.length === 0 ? "no credentials: the service asks for none" : `one of ${known.join(", ")}`,
        remedy: nearest === undefined ? "remove it" : `did you mean ${nearest}?`,
      };
    });
}

function unknownService(name: string, path: string, services: readonly string[], file: string): Problem {
  const nearest = nearestTo(name, services);
  return {
    code: "credentials-unknown",
    file,
    path,
    found: "credentials of a service that the environment does not declare",
    expected: "the name of a service under patchbay:environment.services",
    remedy: nearest === undefined ? "remove them, or declare the service" : `did you mean ${nearest}?`,
  };
}
