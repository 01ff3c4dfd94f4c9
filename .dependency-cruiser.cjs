/** The direction of data, as docs/explanation/design.md draws it. */
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: "error",
  from: { path: `^${from}/` },
  to: { path: "^[^/]+/", pathNot: [`^(${[from, ...allowed, "node_modules"].join("|")})/`], dependencyTypesNot: ["core"] },
});

module.exports = {
  forbidden: [
    only("model-is-pure", "model", [], "The language knows nothing of who speaks it."),
    {
      name: "model-does-no-io",
      comment: "Hashing and the form of an IP address are pure.",
      severity: "error",
      from: { path: "^model/" },
      to: { dependencyTypes: ["core"], pathNot: "^(node:)?(crypto|net)$" },
    },
    {
      name: "model-knows-no-engine",
      severity: "error",
      from: { path: "^model/" },
      to: { path: "node_modules/@(pulumi|kubernetes)/" },
    },
    only("sources-read-for-the-model", "sources", ["model"]),
    only("components-know-the-model", "components", ["model"]),
    only("record-reads-history", "record", ["model", "sources"]),
    only("delivery-drives", "delivery", ["model", "sources", "record"]),
    only("toolchain-stands-alone", "toolchain", []),
    only("example-services-run-on-the-toolchain", "examples/services", ["toolchain"]),
    only("cli-is-thin", "cli", ["model", "sources", "record", "delivery", "toolchain", "examples/services"]),
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "nothing-imports-tests",
      severity: "error",
      from: { pathNot: "^(test/|vitest\\.config\\.ts$)" },
      to: { path: "^test/" },
    },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|coverage|\\.patchbay)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "require", "node", "default", "types"] },
  },
};
