/** Preloaded into a program: writes down when, in milliseconds since its process began, it registers its first resource. */
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

interface Request {
  getType(): string;
  serializeBinary(): Uint8Array;
}

const file = process.env.PATCHBAY_BENCH_FIRST_REGISTRATION;
if (file !== undefined) {
  const require = createRequire(join(process.cwd(), "package.json"));
  const messages = require("@pulumi/pulumi/proto/resource_pb.js") as {
    RegisterResourceRequest: { prototype: Request };
  };
  const { prototype } = messages.RegisterResourceRequest;
  const serialize = Reflect.get(prototype, "serializeBinary") as Request["serializeBinary"];
  let seen = false;
  prototype.serializeBinary = function (this: Request) {
    // The stack itself is registered before the program is loaded.
    if (!seen && this.getType() !== "pulumi:pulumi:Stack") {
      seen = true;
      writeFileSync(file, String(performance.now()));
    }
    return serialize.call(this);
  };
}
