import { request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

/** One request of a load, and what became of it. */
export interface Answer {
  /** When it was sent, in milliseconds since the epoch. */
  readonly at: number;
  /** HTTP status; nothing where no answer came. */
  readonly status: number | undefined;
  /** Release that answered, by its own word. */
  readonly release: string | undefined;
  readonly error: string | undefined;
  readonly milliseconds: number;
}

/** Time that an answer may take before it counts as lost, in milliseconds. */
const patience = 3000;

/** Time between two requests, in milliseconds. */
const pace = 50;

/**
 * A constant load on an address, from outside the cluster: twenty requests a second, each on a connection of its own, so that each is
 * balanced anew. Ends with {@link Load.end}.
 */
export class Load {
  readonly #url: string;
  readonly #answers: Promise<Answer>[] = [];
  readonly #ended = new AbortController();
  readonly #sending: Promise<void>;

  constructor(url: string) {
    this.#url = url;
    this.#sending = this.#send();
  }

  async end(): Promise<Answers> {
    this.#ended.abort();
    await this.#sending;
    return new Answers(await Promise.all(this.#answers));
  }

  async #send(): Promise<void> {
    while (!this.#ended.signal.aborted) {
      this.#answers.push(ask(this.#url));
      await delay(pace, undefined, { signal: this.#ended.signal }).catch(() => undefined);
    }
  }
}

/** What became of a load. */
export class Answers {
  readonly all: readonly Answer[];

  constructor(all: readonly Answer[]) {
    this.all = all;
  }

  /** Requests that got no answer, or one that says that the server failed. */
  get failed(): readonly Answer[] {
    return this.all.filter(({ status }) => status === undefined || status >= 500);
  }

  /** Largest share of failed requests, from 0 to 1, in any so many that were sent one after the other. */
  worstShare(window: number): number {
    const lost = this.all.map(({ status }) => (status === undefined || status >= 500 ? 1 : 0));
    const sums = lost.map((_, index) => lost.slice(index, index + window).reduce<number>((sum, one) => sum + one, 0));
    return Math.max(0, ...sums) / window;
  }

  /** Releases that answered, in the order of their first answer. */
  get releases(): readonly string[] {
    return [...new Set(this.all.flatMap(({ release }) => release ?? []))];
  }
}

function ask(url: string): Promise<Answer> {
  const at = Date.now();
  return new Promise((resolve) => {
    const answer = (rest: Partial<Answer>) => {
      resolve({
        at,
        status: undefined,
        release: undefined,
        error: undefined,
        milliseconds: Date.now() - at,
        ...rest,
      });
    };
    const sent = request(url, { agent: false, timeout: patience }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        body += part;
      });
      response.on("end", () => {
        answer({ status: response.statusCode, release: releaseIn(body) });
      });
      response.on("error", (error) => {
        answer({ error: error.message });
      });
    });
    sent.on("timeout", () => {
      sent.destroy(new Error(`no answer within ${String(patience)} ms`));
    });
    sent.on("error", (error) => {
      answer({ error: error.message });
    });
    sent.end();
  });
}

/** The example plugins say at `/` what they are: `{ "plugin", "version" }`. */
function releaseIn(body: string): string | undefined {
  try {
    return (JSON.parse(body) as { version?: string }).version;
  } catch {
    return undefined;
  }
}
