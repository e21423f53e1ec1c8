import { expect, test } from "vitest";
import { amend, change, find, newHistory, redo, undo } from "./history.ts";

const after = (...values: readonly (readonly [string, string?])[]) =>
  values.reduce((history, [value, kind]) => change(history, value, kind), newHistory("a"));

test("undo and redo walk through the changes, and stop at the ends", () => {
  let history = after(["b"], ["c"]);
  const seen = [history.present];
  for (const move of [undo, undo, undo, redo, redo, redo]) {
    history = move(history);
    seen.push(history.present);
  }
  expect(seen).toEqual(["c", "b", "a", "a", "b", "c", "c"]);
});

test("consecutive changes of one kind are undone together, others are not", () => {
  const history = after(["ab", "prompt"], ["abc", "prompt"], ["abc, seed 1", "seed"], ["abcd", "prompt"]);
  expect(undo(history).present).toBe("abc, seed 1");
  expect(undo(undo(undo(history))).present).toBe("a");
  expect(undo(after(["b"], ["c"])).present).toBe("b");
});

test("a change after an undo forgets what was undone; amending does not", () => {
  const undone = undo(after(["b"]));
  expect(redo(amend(undone, "a2")).present).toBe("b");
  expect(redo(change(undone, "c")).present).toBe("c");
});

test("no more than 50 changes are kept", () => {
  let history = newHistory(0);
  for (let value = 1; value <= 80; value++) history = change(history, value);
  for (let count = 0; count < 100; count++) history = undo(history);
  expect(history.present).toBe(30);
});

test("find looks at the latest past first, then at the future", () => {
  const history = undo(after(["b"], ["c"], ["d"]));
  expect(find(history, (value) => value !== "x")).toBe("b");
  expect(find(history, (value) => value === "d")).toBe("d");
  expect(find(history, (value) => value === "c")).toBeUndefined();
});
