import { Agent, request } from "node:https";

interface ApiResponse {
  readonly status: number;
  readonly body: string;
}

/** As much of a Kubernetes client as starting a cluster takes; the real one takes longer to load than a cluster to start. */
export interface Api {
  /** @throws where nothing answers */
  call(method: string, path: string, body?: { readonly type: string; readonly content: string }): Promise<ApiResponse>;
  close(): void;
}

const TIMEOUT_MILLISECONDS = 20_000;

export function connect(access: {
  readonly server: string;
  readonly certificate: string;
  readonly token: string;
}): Api {
  const agent = new Agent({ keepAlive: true, ca: access.certificate, maxSockets: 8 });
  return {
    call: (method, path, body) =>
      new Promise((resolve, reject) => {
        const headers = {
          authorization: `Bearer ${access.token}`,
          accept: "application/json",
          ...(body && { "content-type": body.type, "content-length": Buffer.byteLength(body.content) }),
        };
        const call = request(
          `${access.server}${path}`,
          { agent, method, headers, timeout: TIMEOUT_MILLISECONDS },
          (response) => {
            const chunks: Buffer[] = [];
            response.on("data", (chunk: Buffer) => chunks.push(chunk));
            response.once("error", reject);
            response.once("end", () => {
              resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") });
            });
          },
        );
        call.once("timeout", () => call.destroy(new Error(`no answer within ${TIMEOUT_MILLISECONDS / 1000} s`)));
        call.once("error", reject);
        call.end(body?.content);
      }),
    close: () => {
      agent.destroy();
    },
  };
}

/** @throws where the answer is not of the 200s */
export async function getJson<T>(api: Api, path: string): Promise<T> {
  const { status, body } = await api.call("GET", path);
  if (status < 200 || status > 299) throw new Error(`GET ${path}: ${status} ${body.slice(0, 300)}`);
  return JSON.parse(body) as T;
}

/** Creates the object, or brings it to what the document says. @throws where the server refuses it */
export async function applyObject(api: Api, path: string, document: string): Promise<void> {
  const { status, body } = await api.call("PATCH", `${path}?fieldManager=patchbay-toolchain&force=true`, {
    type: "application/apply-patch+yaml",
    content: document,
  });
  if (status < 200 || status > 299) throw new Error(`applying ${path}: ${status} ${body.slice(0, 300)}`);
}
