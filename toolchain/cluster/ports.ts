import { createServer } from "node:net";

const LOOPBACK = "127.0.0.1";

/** The first of the preferred loopback ports that is free, else one that the system picks. */
export async function choosePort(preferred: readonly number[]): Promise<number> {
  for (const port of preferred) {
    if ((await tryPort(port)) === port) return port;
  }
  const port = await tryPort(0);
  if (port === undefined) throw new Error("the system has no free loopback port");
  return port;
}

/** Binds a port for a moment; undefined where another holds it. */
function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => {
      resolve(undefined);
    });
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === "object" ? address?.port : undefined);
      });
    });
  });
}
