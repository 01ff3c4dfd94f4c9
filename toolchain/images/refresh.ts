/** `npm run images`: builds the images, prints their digests, and writes those into the catalogs' releases. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheOf } from "../cache.ts";
import { showProgress } from "../progress.ts";
import { ensureImages, type Image } from "./index.ts";
import { lastPart, root } from "./sources.ts";

const catalogs = ["catalog", "examples/seo-in-a-cms/catalog", "examples/crm-with-marketing/catalog"];

/** Writes the digest into the image's release, where there is one; tells the file where that changed it. */
function pin({ name, tag, digest }: Image): string | undefined {
  for (const catalog of catalogs) {
    const file = join(catalog, lastPart(name), `${tag}.yaml`);
    if (!existsSync(join(root, file))) continue;
    const text = readFileSync(join(root, file), "utf8");
    const pinned = text.replace(/^image: \S+$/m, `image: ${name}@${digest}`);
    if (pinned === text) return undefined;
    writeFileSync(join(root, file), pinned);
    return file;
  }
  return undefined;
}

const { images } = await ensureImages({ cache: cacheOf(), progress: showProgress(), environment: process.env });
for (const image of images) console.log(`${image.name}:${image.tag}@${image.digest}`);
const changed = images.map(pin).filter((file) => file !== undefined);
if (changed.length > 0) {
  console.log(`\nChanged:\n  ${changed.join("\n  ")}`);
  console.log("Releases have new digests with that (npx patchbay digest): environments that pin one must follow.");
}
