/** A step that has begun and not ended, without anything to say (that nothing is waited for is nothing either): `~  kubernetes:…:Deployment name updating (0s) [diff: ~spec]`. */
const begun =
  /^\s*[-+~=<>]*\s+\S+ .* (creating|updating|deleting|replacing|refreshing|reading)( \w+)? \(\d+s\)\s*(\[diff: [^\]]*\])?;?\s*(Skipping await logic)?$/;

/** The engine's sign of life where there is no terminal. */
const heartbeat = /^@ \w+( update)?\.*$/;

/** What a refresh looked at; what it found follows in the steps. */
const looked = /^\s*~\s+\S+ \S+ refresh \(\d+\.\d+s\)$/;

/** A resource that nothing is done to. */
const untouched = /^ +[\w.:/-]+:\w+ [^\s(]+( running)?$/;

/** What the provider says of a Job that runs as it should, besides that it waits for it. */
const uneventful =
  /Waiting for Job "\S+" to (start|succeed \(Active: 0 \|.*Failed: 0\))$|Container "\S+" completed with exit code 0$/;

/**
 * Takes the engine's output in pieces and passes on what a reader wants to know: each step when it has ended, and what it
 * waits for, once. The steps' beginnings, and the signs of life between them, stay behind.
 */
export function calmed(write: (text: string) => void): { write: (text: string) => void; end: () => void } {
  let rest = "";
  let last = "";
  const line = (text: string) => {
    const plain = withoutColour(text);
    if (
      [begun, heartbeat, looked, untouched, uneventful].some((noise) => noise.test(plain)) ||
      (plain === last && plain !== "")
    )
      return;
    last = plain;
    write(`${text}\n`);
  };
  return {
    write: (text) => {
      const lines = `${rest}${text}`.split("\n");
      rest = lines.pop() ?? "";
      lines.forEach(line);
    },
    end: () => {
      if (rest !== "") line(rest);
      rest = "";
    },
  };
}

function withoutColour(text: string): string {
  return text.replaceAll(/\u001b\[[0-9;]*m/g, "").trimEnd();
}
