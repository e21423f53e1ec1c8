import { generate } from "@decodekit/core";
import { loadModel } from "@decodekit/core/onnx";
import { greedy } from "@decodekit/greedy";
import { stories } from "@decodekit/tiny-models";
import { expect, test } from "vitest";
import { userEvent } from "vitest/browser";

test("a page paints and handles a click while it decodes on WASM in its own thread", async () => {
  const model = await loadModel(stories, { execution: "wasm" });
  const prompt = model.tokenizer.encode("Once upon a time");
  const stop = document.createElement("button");
  stop.textContent = "Stop";
  document.body.append(stop);
  const controller = new AbortController();
  stop.addEventListener("click", () => controller.abort());

  let frames = 0;
  let decoding = true;
  const countFrame = (): void => {
    frames++;
    if (decoding) requestAnimationFrame(countFrame);
  };
  requestAnimationFrame(countFrame);

  // Decodes until the click, however long that takes.
  let finishReason = "length";
  const decodes = (async () => {
    while (finishReason === "length") {
      const { result } = generate(model, prompt, { decoder: greedy(), maxNewTokens: 200, stopTokens: [], signal: controller.signal });
      ({ finishReason } = await result);
    }
  })();
  await userEvent.click(stop);
  await decodes;
  decoding = false;
  expect(finishReason).toBe("abort");
  expect(frames).toBeGreaterThan(1);
  stop.remove();
  await model.dispose();
});
