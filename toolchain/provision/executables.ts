import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The first executable of that name on a search path; folders for which `skip` holds are passed over. */
export function findExecutable(
  name: string,
  path: string | undefined,
  skip: (folder: string) => boolean = () => false,
): string | undefined {
  return (path ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "" && !skip(folder))
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false; // missing, or not ours to run: either way it is not to be used
  }
}
