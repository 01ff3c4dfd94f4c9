import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import type { z } from "zod";

/** What a service answers. */
export interface Answer {
  readonly status: number;
  /** Sent as JSON. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that is answered with an error. */
export class Refusal extends Error {
  readonly answer: Answer;

  constructor(status: number, error: string, headers: Readonly<Record<string, string>> = {}) {
    super(error);
    this.answer = { status, body: { error }, headers };
  }
}

/** Makes a request listener of a function that returns what to answer, or throws a {@link Refusal}. */
export function answering(handle: (request: IncomingMessage) => Answer | Promise<Answer>): RequestListener {
  return (request, response) => {
    answerOf(handle, request).then(
      (answer) => {
        send(answer, response);
      },
      (error: unknown) => {
        console.error(error);
        send({ status: 500, body: { error: "internal error" } }, response);
      },
    );
  };
}

/** `GET /stock/mug`, without the query. */
export function routeOf({ method = "", url = "/" }: IncomingMessage): string {
  return `${method} ${new URL(url, "http://service").pathname}`;
}

/** The body of a request. @throws Refusal 400 where it is not as the schema says */
export async function bodyOf<T extends z.ZodType>(request: IncomingMessage, schema: T): Promise<z.output<T>> {
  const parsed = schema.safeParse(parseJson(await text(request)));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Refusal(400, `${issue?.path.join(".") || "body"}: ${issue?.message ?? "invalid"}`);
}

async function answerOf(
  handle: (request: IncomingMessage) => Answer | Promise<Answer>,
  request: IncomingMessage,
): Promise<Answer> {
  try {
    return await handle(request);
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    if (error instanceof URIError) return { status: 400, body: { error: "the path is not encoded as it should be" } };
    throw error;
  }
}

function send({ status, body, headers }: Answer, response: ServerResponse): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(`${JSON.stringify(body)}\n`);
}

function parseJson(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined; // what the schema says of it is the message
  }
}
