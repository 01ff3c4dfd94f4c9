import type { Problem } from "../problem.ts";
import type { Placed } from "./catalog.ts";
import type { Draft } from "./draft.ts";
import { inRange } from "./requirements.ts";

/** What keeps a plugin from meeting its host: the host itself, its gateway, its broker. */
export function hostProblems(plugin: Placed, drafted: Draft): Problem[] {
  return [...wrongHost(plugin, drafted), ...missingMeetingPoints(plugin, drafted), ...repeatedTriggers(plugin)];
}

function wrongHost({ name, release, file: releaseFile }: Placed, { host, file }: Draft): Problem[] {
  if (host === undefined) return [];
  const found = `${host.name} ${host.version}`;
  const release_ = `${name} ${release.version}`;
  if (host.name !== release.host.name) {
    return [
      {
        code: "host-mismatch",
        file,
        path: "patchbay:environment.host.name",
        found,
        expected: `${release.host.name}, which ${release_} extends (${releaseFile}: host.name)`,
        remedy: `remove ${name} from this environment, or release it for ${host.name}`,
      },
    ];
  }
  if (inRange(host.version, release.host.version)) return [];
  return [
    {
      code: "host-mismatch",
      file,
      path: "patchbay:environment.host.version",
      found,
      expected: `${release.host.version}, with which ${release_} works (${releaseFile}: host.version)`,
      remedy: `choose a release of ${name} that works with ${found}`,
    },
  ];
}

function missingMeetingPoints(
  { name, release, file: releaseFile }: Placed,
  { host, hasEvents, file }: Draft,
): Problem[] {
  const problems: Problem[] = [];
  if (release.routes.length > 0 && host !== undefined && host.gateway === undefined) {
    problems.push({
      code: "gateway-missing",
      file,
      path: "patchbay:environment.host.gateway",
      found: "nothing",
      expected: `the gateway that the routes of ${name} ${release.version} attach to (${releaseFile}: routes)`,
      remedy: "add host.gateway: { name, namespace, hostname }",
    });
  }
  if ((release.triggers.length > 0 || release.emits.length > 0) && !hasEvents) {
    const field = release.triggers.length > 0 ? "triggers" : "emits";
    problems.push({
      code: "broker-missing",
      file,
      path: "patchbay:environment.events",
      found: "nothing",
      expected: `the broker that ${name} ${release.version} exchanges events with (${releaseFile}: ${field})`,
      remedy: "add events: { broker: default }",
    });
  }
  return problems;
}

function repeatedTriggers({ release, file }: Placed): Problem[] {
  const seen = new Map<string, number>();
  return release.triggers.flatMap(({ event, path }, index): Problem[] => {
    const key = `${event} ${path}`;
    const first = seen.get(key);
    if (first === undefined) {
      seen.set(key, index);
      return [];
    }
    return [
      {
        code: "trigger-duplicate",
        file,
        path: `triggers.${String(index)}`,
        found: `${event} to ${path} a second time`,
        expected: `each event once for each path (it stands at triggers.${String(first)} already)`,
        remedy: "remove one of them",
      },
    ];
  });
}

/** Routes that two plugins claim, or one claims twice: the gateway could not tell whose they are. */
export function takenRoutes(plugins: readonly Placed[]): Problem[] {
  const owners = new Map<string, string>();
  return plugins.flatMap(({ name, release, file }) =>
    release.routes.flatMap(({ path }, index): Problem[] => {
      // To a gateway "/a" and "/a/" are the same prefix.
      const prefix = path.replace(/\/$/, "");
      const owner = owners.get(prefix);
      if (owner === undefined) {
        owners.set(prefix, `${name} ${release.version}`);
        return [];
      }
      return [
        {
          code: "route-taken",
          file,
          path: `routes.${String(index)}.path`,
          found: path,
          expected: `a path of its own: ${owner} has this one`,
          remedy: "choose another path in one of the two",
        },
      ];
    }),
  );
}
