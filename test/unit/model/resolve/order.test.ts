import fc from "fast-check";
import { expect, test } from "vitest";
import { byCodeUnit, dependencyOrder } from "../../../../model/resolve/order.ts";

type Edges = ReadonlyMap<string, readonly string[]>;

const names = fc.uniqueArray(fc.stringMatching(/^[a-f][a-f0-9]?$/), { minLength: 1, maxLength: 9 });
const graphs: fc.Arbitrary<Edges> = names.chain((nodes) =>
  fc
    .tuple(
      ...nodes.map((name) =>
        fc.subarray([...nodes, "absent"], { maxLength: Math.min(3, nodes.length) }).map((to) => [name, to] as const),
      ),
    )
    .map((entries) => new Map(entries)),
);

test("each name stands after all that it requires, and no name is lost", () => {
  fc.assert(
    fc.property(graphs, (edges) => {
      const { order } = dependencyOrder(edges);

      const stuck = new Set(
        [...edges.keys()].filter((name) => reach(name, edges).some((other) => onCycle(other, edges))),
      );
      expect([...order].sort()).toEqual([...edges.keys()].filter((name) => !stuck.has(name)).sort());
      for (const [index, name] of order.entries())
        for (const required of edges.get(name) ?? [])
          if (edges.has(required)) expect(order.indexOf(required)).toBeLessThan(index);
    }),
  );
});

test("the order of the input changes nothing", () => {
  fc.assert(
    fc.property(graphs, fc.infiniteStream(fc.nat()), (edges, chances) => {
      const weights = new Map([...edges.keys()].map((name) => [name, chances.next().value as number]));
      const shuffled = [...edges].sort(([a], [b]) => (weights.get(a) ?? 0) - (weights.get(b) ?? 0));

      expect(dependencyOrder(new Map(shuffled.map(([name, to]) => [name, [...to].reverse()])))).toEqual(
        dependencyOrder(edges),
      );
    }),
  );
});

test("cycles are named in full, exactly where there are some: one for each knot", () => {
  fc.assert(
    fc.property(graphs, (edges) => {
      const { cycles } = dependencyOrder(edges);

      for (const cycle of cycles) {
        expect(cycle.length).toBeGreaterThan(1);
        expect(cycle.at(-1)).toBe(cycle[0]);
        expect(new Set(cycle).size).toBe(cycle.length - 1);
        for (const [index, name] of cycle.slice(0, -1).entries()) expect(edges.get(name)).toContain(cycle[index + 1]);
      }
      const knots = new Set([...edges.keys()].filter((name) => onCycle(name, edges)).map((name) => knot(name, edges)));
      expect(cycles.map(([name = ""]) => knot(name, edges)).sort()).toEqual([...knots].sort());
    }),
    { numRuns: 500 },
  );
});

test.each([
  ["itself", { a: ["a"] }, ["a -> a"]],
  [
    "two knots, of which one requires the other",
    { a: ["b"], b: ["a"], c: ["a", "d"], d: ["c"] },
    ["a -> b -> a", "c -> d -> c"],
  ],
  ["a shortest way round", { a: ["b", "c"], b: ["c"], c: ["a"] }, ["a -> c -> a"]],
  ["none, but a diamond", { a: ["b", "c"], b: ["d"], c: ["d"], d: [] }, []],
  ["a name that is not there", { a: ["x"] }, []],
  ["names of inherited members", { constructor: ["tostring"], tostring: [] }, []],
])("cycles of %s", (_, edges, cycles) => {
  expect(dependencyOrder(new Map(Object.entries(edges))).cycles.map((cycle) => cycle.join(" -> "))).toEqual(cycles);
});

test("where requirements leave a choice, names decide, whatever the locale", () => {
  expect(
    dependencyOrder(
      new Map([
        ["z", []],
        ["a-b", ["z"]],
        ["b", []],
        ["ab", []],
      ]),
    ).order,
  ).toEqual(["ab", "b", "z", "a-b"]);
  expect(["b", "a", "B", "ä", "a"].sort(byCodeUnit)).toEqual(["B", "a", "a", "b", "ä"]);
});

test("a thousand plugins in a row, and in a ring", { timeout: 20_000 }, () => {
  const size = 1000;
  const name = (index: number) => `p${String(index).padStart(4, "0")}`;
  const row = new Map(Array.from({ length: size }, (_, i) => [name(i), [name(i + 1)]] as const));
  const ring = new Map([...row, [name(size - 1), [name(0)]] as const]);

  expect(dependencyOrder(row).order[0]).toBe(name(size - 1));
  expect(dependencyOrder(row).cycles).toEqual([]);
  expect(dependencyOrder(ring).order).toEqual([]);
  expect(dependencyOrder(ring).cycles.map((cycle) => cycle.length)).toEqual([size + 1]);
});

/** All that a name requires, itself included; written for the tests, differently. */
function reach(name: string, edges: Edges, seen: readonly string[] = []): string[] {
  if (seen.includes(name) || !edges.has(name)) return [];
  return [name, ...(edges.get(name) ?? []).flatMap((next) => reach(next, edges, [...seen, name]))];
}

function onCycle(name: string, edges: Edges): boolean {
  return (edges.get(name) ?? []).some((next) => reach(next, edges).includes(name));
}

function knot(name: string, edges: Edges): string {
  const mutual = reach(name, edges).filter((other) => reach(other, edges).includes(name));
  return [...new Set(mutual)].sort().join();
}
