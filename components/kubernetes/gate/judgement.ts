/** How far a rollout has come. */
export type Judgement =
  | { readonly phase: "progressing"; readonly detail: string }
  | { readonly phase: "complete" }
  | { readonly phase: "failed"; readonly detail: string };

export function progressing(detail: string): Judgement {
  return { phase: "progressing", detail };
}

export function failed(detail: string): Judgement {
  return { phase: "failed", detail };
}
