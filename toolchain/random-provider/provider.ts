/**
 * Stand-in for `pulumi-resource-random`, for machines that cannot download the official plugin. State that one of them
 * wrote, the other can read.
 *
 * Protocol: gRPC service `pulumirpc.ResourceProvider` of Pulumi 3.259.
 */
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import providerService from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import provider, {
  type CheckRequest,
  type CreateRequest,
  type DiffRequest,
  type ReadRequest,
} from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import { serve } from "../stand-in/serve.ts";
import { versions } from "../versions.ts";
import { changedInputs } from "./diff.ts";
import { randomResource } from "./resources.ts";
import { isUnknown, type Properties, revealed, secret } from "./wire.ts";

function check(request: CheckRequest) {
  const resource = randomResource(request.getType());
  const response = new provider.CheckResponse();
  response.setInputs(request.getNews());
  const inputs = propertiesOf(request.getNews());
  // In a preview an input may be unknown yet; it is checked when its value is.
  const failures = isUnknown(inputs) ? [] : resource.check(revealed(inputs) as Properties);
  for (const { property, reason } of failures) {
    const failure = new provider.CheckFailure();
    failure.setProperty(property);
    failure.setReason(reason);
    response.addFailures(failure);
  }
  return response;
}

function diff(request: DiffRequest) {
  const resource = randomResource(request.getType());
  const changed = changedInputs(resource, {
    before: propertiesOf(request.getOldInputs() ?? request.getOlds()),
    after: propertiesOf(request.getNews()),
    ignored: request.getIgnorechangesList(),
  });
  const { DIFF_NONE, DIFF_SOME } = provider.DiffResponse.DiffChanges;
  const response = new provider.DiffResponse();
  response.setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE);
  response.setDiffsList(changed);
  response.setReplacesList(changed);
  return response;
}

function create(request: CreateRequest) {
  const resource = randomResource(request.getType());
  const inputs = propertiesOf(request.getProperties());
  const { id, outputs } = resource.create(revealed(inputs) as Properties);
  const response = new provider.CreateResponse();
  response.setId(id);
  // The inputs go back as they came: with the marks of those that are secret.
  response.setProperties(structOf({ ...outputs, ...inputs, ...secrets(resource.secretOutputs, outputs) }));
  return response;
}

/** A refresh finds what the state holds: nothing random exists anywhere else. An import has no state yet. */
function read(request: ReadRequest) {
  const response = new provider.ReadResponse();
  const known = propertiesOf(request.getProperties());
  if (Object.keys(known).length > 0) {
    response.setId(request.getId());
    response.setProperties(request.getProperties());
    response.setInputs(request.getInputs());
    return response;
  }
  const resource = randomResource(request.getType());
  const { id, outputs } = resource.adopt(request.getId());
  response.setId(id);
  response.setProperties(structOf({ ...outputs, ...secrets(resource.secretOutputs, outputs) }));
  response.setInputs(
    structOf(Object.fromEntries(Object.entries(outputs).filter(([name]) => resource.inputs.includes(name)))),
  );
  return response;
}

function secrets(names: readonly string[], outputs: Properties): Properties {
  return Object.fromEntries(names.filter((name) => name in outputs).map((name) => [name, secret(outputs[name])]));
}

function propertiesOf(value: struct.Struct | undefined): Properties {
  return value?.toJavaScript() ?? {};
}

function structOf(properties: Properties): struct.Struct {
  return struct.Struct.fromJavaScript(properties as Record<string, struct.JavaScriptValue>);
}

function checkConfig(request: CheckRequest) {
  const response = new provider.CheckResponse();
  response.setInputs(request.getNews());
  return response;
}

function configure() {
  const response = new provider.ConfigureResponse();
  response.setAcceptsecrets(true);
  // Without preview support the engine itself shows what is to be created as unknown, which it is.
  response.setSupportspreview(false);
  return response;
}

function getSchema() {
  const response = new provider.GetSchemaResponse();
  response.setSchema(JSON.stringify({ name: "random", version: versions.randomProvider }));
  return response;
}

function getPluginInfo() {
  const info = new plugin.PluginInfo();
  info.setVersion(versions.randomProvider);
  return info;
}

await serve(providerService.ResourceProviderService, {
  getSchema,
  getPluginInfo,
  checkConfig,
  diffConfig: () => new provider.DiffResponse(),
  configure,
  check,
  diff,
  create,
  read,
  delete: () => new empty.Empty(),
  cancel: () => new empty.Empty(),
});
