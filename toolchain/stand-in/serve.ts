import * as grpc from "@grpc/grpc-js";

/** Answers one call; what it throws becomes the call's error. `never`: each handler names its own request. */
type UnaryHandler = (request: never) => unknown;
/** Writes its answers to the call, and resolves when it has written all. */
type StreamHandler = (call: never) => Promise<void>;

export type UnaryHandlers = Readonly<Record<string, UnaryHandler>>;
export type StreamHandlers = Readonly<Record<string, StreamHandler>>;

const MAX_MESSAGE_BYTES = 400 * 1024 * 1024; // the engine's own limit
const ORPHAN_CHECK_MILLISECONDS = 2000;

/**
 * Serves a plugin of the Pulumi engine on a free loopback port, which it prints as the engine expects: the first line
 * of stdout. Ends with the engine: a killed engine cannot tell its plugins to.
 */
export async function serve(
  service: grpc.ServiceDefinition,
  unary: UnaryHandlers,
  streams: StreamHandlers = {},
): Promise<void> {
  const server = new grpc.Server({
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
  });
  const implementation: grpc.UntypedServiceImplementation = {};
  for (const [name, handler] of Object.entries(unary)) implementation[name] = answerOnce(handler);
  for (const [name, handler] of Object.entries(streams)) implementation[name] = answerInStream(handler);
  server.addService(service, implementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  process.stdout.write(`${port}\n`);
  endWithParent();
}

function answerOnce(handler: UnaryHandler): grpc.UntypedHandleCall {
  const answer: grpc.handleUnaryCall<never, unknown> = (call, callback) => {
    void Promise.resolve()
      .then(() => handler(call.request))
      .then(
        (response) => {
          callback(null, response);
        },
        (error: unknown) => {
          callback({ code: grpc.status.UNKNOWN, details: messageOf(error) });
        },
      );
  };
  return answer as grpc.UntypedHandleCall;
}

function answerInStream(handler: StreamHandler): grpc.UntypedHandleCall {
  const answer: grpc.handleServerStreamingCall<never, unknown> = (call) => {
    handler(call as never).then(
      () => {
        call.end();
      },
      (error: unknown) => {
        call.emit("error", { code: grpc.status.UNKNOWN, details: messageOf(error) });
      },
    );
  };
  return answer as grpc.UntypedHandleCall;
}

function endWithParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(0);
  }, ORPHAN_CHECK_MILLISECONDS).unref();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
