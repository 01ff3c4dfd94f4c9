/** Faults of every kind that the resolver finds, with the messages that a user reads. */
export { analyses } from "./analyses.ts";
export { bindings } from "./bindings.ts";
export { type Fault, released } from "./fault.ts";
export { hosts } from "./hosts.ts";
export { releases } from "./releases.ts";
export { requirements } from "./requirements.ts";
