import { generate } from "@decodekit/core";
import { loadModel, type OnnxLanguageModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { stories } from "@decodekit/tiny-models";
import { createElement, StrictMode } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { Story } from "./story.tsx";

let model: OnnxLanguageModel;
let place: HTMLElement;
let root: Root;
beforeAll(async () => {
  model = await loadModel(stories, { execution: "wasm", threads: 1 });
});
afterAll(() => model.dispose());
beforeEach(() => {
  document.body.append((place = document.createElement("div")));
  root = createRoot(place);
  root.render(createElement(StrictMode, null, createElement(Story, { model })));
});
afterEach(() => {
  root.unmount();
  place.remove();
});

const button = (): HTMLButtonElement => place.querySelector("button")!;
const text = (): string => place.querySelector("p")!.textContent;

test("a click writes the text of generate, and shows it as it grows", async () => {
  await expect.poll(() => button()?.textContent).toBe("Write");
  const lengths = new Set<number>();
  const observer = new MutationObserver(() => lengths.add(text().length));
  observer.observe(place, { childList: true, subtree: true, characterData: true });
  button().click();
  await expect.poll(() => button().textContent).toBe("Stop");
  await expect.poll(() => button().textContent, { timeout: 60_000 }).toBe("Write");
  observer.disconnect();
  const expected = await generate(model, "Once upon a time", { decoder: greedy(), maxNewTokens: 48 }).result;
  expect(text()).toBe(expected.text);
  expect(place.querySelector("small")!.textContent).toBe("48 passes");
  expect(lengths.size).toBeGreaterThan(3);
});

test("a click stops it, and another writes again", async () => {
  await expect.poll(() => button()?.textContent).toBe("Write");
  button().click();
  await expect.poll(() => text().length).toBeGreaterThan(0);
  button().click();
  await expect.poll(() => button().textContent).toBe("Write");
  const stopped = text();
  button().click();
  await expect.poll(() => button().textContent, { timeout: 60_000 }).toBe("Stop");
  await expect.poll(() => button().textContent, { timeout: 60_000 }).toBe("Write");
  expect(text().startsWith(stopped)).toBe(true);
  expect(text().length).toBeGreaterThan(stopped.length);
});
