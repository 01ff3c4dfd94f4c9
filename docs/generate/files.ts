import { environmentSchema, holdsSchema, placementsSchema, releaseSchema } from "../../model/index.ts";
import { credentialsSchema } from "../../model/schema/service.ts";
import { errorsPage } from "./errors-page.ts";
import { describedSchema, editorSchema } from "./json-schema.ts";
import { environmentPage, releasePage } from "./pages.ts";
import { stackConfigSchema } from "./stack-config.ts";

const folder = "docs/reference";

/** Every generated file, by its path in the project. */
export function referenceFiles(): Readonly<Record<string, string>> {
  const release = describedSchema(releaseSchema);
  const environment = describedSchema(environmentSchema);
  const plugins = describedSchema(placementsSchema);
  const credentials = describedSchema(credentialsSchema);
  const holds = describedSchema(holdsSchema);
  const schemas = {
    release,
    environment,
    plugins,
    "stack-config": stackConfigSchema({ environment, plugins, credentials, holds }),
  };
  return {
    [`${folder}/release.md`]: releasePage(release),
    [`${folder}/environment.md`]: environmentPage(environment, plugins, holds),
    [`${folder}/errors.md`]: errorsPage(),
    ...Object.fromEntries(
      Object.entries(schemas).map(([name, schema]) => [
        `${folder}/schema/${name}.schema.json`,
        `${JSON.stringify(editorSchema(schema), null, 2)}\n`,
      ]),
    ),
  };
}
