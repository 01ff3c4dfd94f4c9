import type { types } from "@pulumi/kubernetes";
import { seconds, type Task } from "../../model/index.ts";
import { annotation, label, ownLabels } from "./labels.ts";
import { container, literal, type PodContext, podBase, podLabels } from "./pod.ts";

/**
 * A release's task as a Job, of the release's image unless it names one. An update tries it once: a migration may not bear
 * more. One that failed is run anew by the next update, which somebody asks for; otherwise it would fail for ever.
 */
export function taskArgs(context: PodContext, task: Task): types.input.batch.v1.Job {
  const { environment, plugin } = context;
  return {
    metadata: {
      namespace: environment.target.namespace,
      labels: { ...ownLabels(plugin.name), [label.task]: task.name },
      annotations: { "pulumi.com/replaceUnready": "true", [annotation.digest]: plugin.digest },
    },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: Math.max(1, Math.ceil(seconds(task.timeout))),
      template: {
        metadata: { labels: podLabels(plugin.name, "task") },
        spec: {
          ...podBase(context),
          restartPolicy: "Never",
          containers: [
            container(context, {
              name: "task",
              image: task.image ?? plugin.release.image,
              args: task.args.map(literal),
              ...(task.command && { command: task.command.map(literal) }),
            }),
          ],
        },
      },
    },
  };
}
