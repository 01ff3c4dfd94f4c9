/** An SEO plugin in a CMS: everything that the configuration declares, in one call. */
import { deploy, explained, readCatalog, resolve, stackCredentials, stackDocuments } from "patchbay";

const model = explained(() => {
  const documents = stackDocuments();
  return resolve(documents, readCatalog("catalog", documents.plugins));
});

const { plugins } = deploy(model, { credentials: stackCredentials() });

/** Where the CMS reaches the plugin. */
export const seo = plugins.get("seo")?.url;
