import base from "./vitest.config.ts";
export default { ...base, root: "/work/main", resolve: { alias: { patchbay: "/work/main/patchbay.ts" } } };
