/** Name of the context, the cluster and the user in the kubeconfig of an embedded cluster. */
export const CONTEXT = "patchbay";

export function serverUrl(port: number): string {
  return `https://127.0.0.1:${port}`;
}

export function kubeconfig(access: {
  readonly server: string;
  readonly certificate: string;
  readonly token: string;
}): string {
  return `apiVersion: v1
kind: Config
current-context: ${CONTEXT}
contexts:
  - name: ${CONTEXT}
    context: { cluster: ${CONTEXT}, user: ${CONTEXT} }
clusters:
  - name: ${CONTEXT}
    cluster:
      server: ${access.server}
      certificate-authority-data: ${Buffer.from(access.certificate).toString("base64")}
users:
  - name: ${CONTEXT}
    user: { token: ${access.token} }
`;
}
