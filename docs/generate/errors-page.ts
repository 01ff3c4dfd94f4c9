import { type ProblemCode, problemKinds } from "../../model/index.ts";
import { pageHead } from "./pages.ts";
import { table } from "./tables.ts";

/** What each code says, and what usually mends it. */
const meanings: Readonly<Record<ProblemCode, readonly [meaning: string, remedy: string]>> = {
  "document-unreadable": [
    "A file or config value is not plain YAML 1.2: bad syntax, a duplicate key, a tag, a second document, too many aliases, too deep, or a key such as `__proto__`.",
    "Correct the file at the line named.",
  ],
  "document-too-large": [
    "A release is over 256 KiB, or a contract file over 8 MiB.",
    "See whether the right file lies there.",
  ],
  "schema-violation": [
    "A field has a value that the format does not allow, or a key is unknown.",
    "Take the spelling or form that the error suggests. [release.md](release.md) and [environment.md](environment.md) list every field.",
  ],
  "config-missing": [
    "`patchbay:environment` or `patchbay:plugins` is absent, or there is no `catalog/` folder.",
    "Add it, or run Pulumi in the project's folder.",
  ],
  "config-too-large": [
    "The environment's config is over 100 KiB.",
    "Split the environment into two stacks. [Why there is a limit](../explanation/design.md#limits).",
  ],
  "name-taken": [
    "Two things that need names of their own share one: two tasks, an integration point and a required plugin, or two metrics that are measured together.",
    "Rename one.",
  ],
  "release-unknown": [
    "The catalog has no such plugin, or no such release of it.",
    "Correct the name, or add the release's file.",
  ],
  "release-mismatch": [
    "A release's `plugin` or `version` differs from its folder or file name.",
    "Move the file, or correct the field.",
  ],
  "digest-missing": [
    "Outside stage `development` a plugin stands without `digest`.",
    "Add the digest that the error names, or ask for it: `npx patchbay digest <plugin>@<version>`.",
  ],
  "digest-mismatch": [
    "The release's files are not those that the digest was made of.",
    "Restore them from git, or make a new version. A release never changes.",
  ],
  "host-mismatch": [
    "A plugin extends another host, or not this version of it.",
    "Choose a release that works with the environment's host.",
  ],
  "gateway-missing": ["A release has `routes`, and the environment names no gateway.", "Add `host.gateway`."],
  "broker-missing": ["A release has `triggers` or `emits`, and the environment has no broker.", "Add `events`."],
  "plugin-held": [
    "A plugin stands at another release than the one it is held at, after a release that failed: [holds](../how-to/what-happens-on-failure.md).",
    "Mend what failed, and remove the plugin's entry of `patchbay:holds`.",
  ],
  "plugin-missing": ["A required plugin is not in the environment.", "Add it to `patchbay:plugins`."],
  "plugin-out-of-range": [
    "A required plugin is there, in a version that does not fit.",
    "Choose a release of either plugin that fits the other.",
  ],
  "plugin-conflict": ["Two plugins that must not run side by side do.", "Remove one of them."],
  "dependency-cycle": [
    "Plugins require each other in a circle. The error names the whole circle.",
    "Release one of them without its requirement. An event can often take its place.",
  ],
  "route-taken": ["Two routes have the same path.", "Choose another path in one of them."],
  "trigger-duplicate": ["A release sends the same event to the same path twice.", "Remove one of the two triggers."],
  "binding-unknown": [
    "`bindings` names an integration point that the release does not have.",
    "Correct the name, or remove it.",
  ],
  "service-missing": [
    "An integration point has no service.",
    "Declare the service, or bind the point to another one. The error lists those that would fit.",
  ],
  "service-mismatch": [
    "The bound service has another type, API or version than the integration point asks for.",
    "Bind it to one that fits.",
  ],
  "auth-mismatch": [
    "Plugin and service disagree on how the plugin authenticates.",
    "Correct `auth` of the service, or choose another release.",
  ],
  "credentials-missing": [
    "A bound service asks for a credential that the environment does not have.",
    "Run the `pulumi config set` that the error names.",
  ],
  "credentials-unknown": [
    "There are credentials for a service that does not exist, or that it does not ask for.",
    "Correct the name, or remove them.",
  ],
  "analysis-unknown": [
    "A plugin's `rollout` names an analysis that the environment does not have.",
    "Correct the name, or declare it under `analyses`.",
  ],
  "analysis-endless": [
    "A rollout waits for the end of an analysis that measures on and on: a metric has `interval` without `count`.",
    "Add `count`, or name the analysis in `canary.analysis` only: that one ends with the rollout.",
  ],
  "analysis-argument-missing": [
    "An analysis names `{{args.<name>}}`, and neither Patchbay nor the plugin's `rollout` gives it a value.",
    "Add it to the `args` beside `templates`. The error lists those that Patchbay gives.",
  ],
  "rollout-failed": [
    "A release did not get ready, or an analysis failed. The error holds what its pods, their events and their logs say.",
    "Repair the release or its bindings, or go back to the release before, and run `pulumi up`.",
  ],
  "engine-failed": [
    "A preview or update of the engine failed. Its output stands above the error.",
    "Correct what that output names.",
  ],
  "tool-missing": ["A program that a command needs is not there.", "Install it as the error says."],
  "state-locked": [
    "Another update holds the environment's state, or one that died left its lock.",
    "Wait for it. If none runs any more: [recover](../how-to/recover-from-a-killed-update.md).",
  ],
  usage: ["A command was called with arguments that it does not take.", "See `npx patchbay --help`."],
};

export function errorsPage(): string {
  const codes = Object.keys(problemKinds) as ProblemCode[];
  const rows = codes.map((code) => [`\`${code}\``, String(problemKinds[code].exit), ...meanings[code]]);
  return `${[
    pageHead("Errors", "docs/generate/errors-page.ts"),
    "The model reports every problem of every document at once, at preview, before any resource is touched. A problem has four lines:",
    [
      "```text",
      "Pulumi.dev.yaml: patchbay:plugins.payment-gateway.bindings.inventory",
      '  found     service "inventory" offers API inventory 3.0.1',
      "  expected  ^2.0.0 (catalog/payment-gateway/2.4.1.yaml: integrations.inventory.version)",
      "  remedy    bind it to a service with inventory ^2.0.0, or choose a payment-gateway that works with 3.0.1",
      "```",
    ].join("\n"),
    "The first line is the file and the path in it. The value of a secret is never shown.",
    "A program that calls `resolve` catches a `PatchbayError`. Its `problems` carry these codes, which the printed text leaves out. The second column is the exit status of a `patchbay` command that ends with the error. `pulumi` itself exits with its own status.",
    table(["code", "exit", "meaning", "remedy"], rows),
    "After 100 problems the text stops and says how many are left.",
  ].join("\n\n")}\n`;
}
