/** What each name requires. */
export type Edges = ReadonlyMap<string, readonly string[]>;

/** Order that does not depend on a locale. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Names in an order in which each stands after all that it requires, by name where that leaves a choice; and cycles, of
 * which each begins and ends with the same name: one for each knot of names that require each other.
 */
export function dependencyOrder(edges: Edges): {
  readonly order: readonly string[];
  readonly cycles: readonly (readonly string[])[];
} {
  const waiting = new Map(
    [...edges]
      .toSorted(([one], [other]) => byCodeUnit(one, other))
      .map(([name, required]) => [name, new Set(required.filter((other) => edges.has(other)))]),
  );
  const order: string[] = [];
  for (;;) {
    const next = firstReady(waiting);
    if (next === undefined) break;
    order.push(next);
    waiting.delete(next);
    for (const open of waiting.values()) open.delete(next);
  }
  return { order, cycles: cyclesAmong(waiting) };
}

function firstReady(waiting: ReadonlyMap<string, ReadonlySet<string>>): string | undefined {
  for (const [name, open] of waiting) if (open.size === 0) return name;
  return undefined;
}

type Waiting = ReadonlyMap<string, ReadonlySet<string>>;

/** A shortest cycle through the first name of each knot. */
function cyclesAmong(waiting: Waiting): string[][] {
  const cycles: string[][] = [];
  const seen = new Set<string>();
  for (const start of waiting.keys()) {
    if (seen.has(start)) continue;
    const cycle = shortestCycle(start, waiting);
    if (cycle === undefined) continue;
    cycles.push(cycle);
    for (const name of knotOf(start, waiting)) seen.add(name);
  }
  return cycles;
}

/** From a name back to itself by the fewest steps, if there is a way. */
function shortestCycle(start: string, waiting: Waiting): string[] | undefined {
  const cameFrom = new Map<string, string>();
  const queue = [start];
  for (const name of queue) {
    for (const next of [...(waiting.get(name) ?? [])].sort(byCodeUnit)) {
      if (next === start) return [...wayTo(name, start, cameFrom), start];
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, name);
      queue.push(next);
    }
  }
  return undefined;
}

function wayTo(name: string, start: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const way = [name];
  for (let step = name; step !== start; ) {
    step = cameFrom.get(step) ?? start;
    way.unshift(step);
  }
  return way;
}

/** The names that a name requires, directly or not, and that require it. */
function knotOf(start: string, waiting: Waiting): string[] {
  const reversed = new Map<string, string[]>([...waiting.keys()].map((name) => [name, []]));
  for (const [name, open] of waiting) for (const other of open) reversed.get(other)?.push(name);
  const required = reachable(start, waiting);
  return [...reachable(start, reversed)].filter((name) => required.has(name));
}

function reachable(start: string, edges: ReadonlyMap<string, Iterable<string>>): Set<string> {
  const reached = new Set([start]);
  for (const name of reached) for (const next of edges.get(name) ?? []) reached.add(next);
  return reached;
}
