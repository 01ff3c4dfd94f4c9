import { canonicalJson, type ResolvedEnvironment, type ResolvedPlugin, sha256 } from "../../../model/index.ts";
import type { ObjectArgs } from "../events.ts";
import { alertingRules } from "./alerts.ts";
import { type RecordingRule, recorded, recordingRules } from "./measures.ts";
import { monitoringMetadata } from "./scrape.ts";
import { bindingSubjects, pluginSubject } from "./subject.ts";

/**
 * PrometheusRule of a plugin (`monitoring.coreos.com/v1`): a group for the plugin and one for each of its bindings, with what is
 * recorded of them and what alerts. Nothing where the plugin has no metrics.
 */
export function prometheusRuleArgs(environment: ResolvedEnvironment, plugin: ResolvedPlugin): ObjectArgs | undefined {
  if (plugin.release.http.metrics === undefined) return undefined;
  const subjects = [pluginSubject(environment, plugin), ...bindingSubjects(environment, plugin)];
  const groups = subjects.map((subject) => ({
    name: ["patchbay", plugin.name, ...(subject.binding === undefined ? [] : [subject.binding])].join("."),
    rules: [
      ...(subject.binding === undefined ? [releaseRule(plugin, subject.labels)] : []),
      ...recordingRules(subject),
      ...alertingRules(subject, environment.stage),
    ],
  }));
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
    metadata: monitoringMetadata(environment, plugin.name),
    spec: { groups },
  };
}

/** Says what is declared to run. No exporter has to know: a deployment changes this rule, and so the labels of its series. */
function releaseRule(plugin: ResolvedPlugin, labels: Readonly<Record<string, string>>): RecordingRule {
  const { version, digest, env, scale, rollout, bindings } = plugin;
  const configuration = sha256(canonicalJson({ env, scale, rollout, bindings })).slice("sha256:".length, 19);
  return { record: recorded.release, expr: "vector(1)", labels: { ...labels, version, digest, configuration } };
}
