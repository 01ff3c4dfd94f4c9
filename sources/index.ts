/** Where documents come from: the catalog folder, and the running stack's config. */
export { readCatalog } from "./catalog.ts";
export { stackCredentials, stackDocuments } from "./stack-config.ts";
