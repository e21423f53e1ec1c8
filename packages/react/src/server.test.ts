import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { expect, test } from "vitest";
import { useGeneration } from "./use-generation.ts";

function Status() {
  const { status, text, tokens, proposals } = useGeneration();
  return createElement("p", null, `${status} ${text} ${tokens.length} ${proposals.length}`);
}

test("on a server the hook is idle", () => {
  expect(renderToString(createElement(Status))).toBe("<p>idle  0 0</p>");
});
