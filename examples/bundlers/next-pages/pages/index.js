// The model runs in the page.
import { useEffect, useState } from "react";

const prompt = "Once upon a time, there was a little girl named Lily.";

export default function Story() {
  const [story, setStory] = useState("");
  useEffect(() => {
    const controller = new AbortController();
    void write(controller.signal, (text) => setStory((before) => before + text));
    return () => controller.abort();
  }, []);
  return <output id="page">{story && prompt + story}</output>;
}

/** Packages that run a model are imported where it runs. */
async function write(signal, onText) {
  const { generate } = await import("@decodekit/core");
  const { loadModel } = await import("@decodekit/core/onnx");
  const { greedy } = await import("@decodekit/greedy");
  const { stories } = await import("@decodekit/tiny-models/stories");
  const model = await loadModel(stories);
  for await (const text of generate(model, prompt, { decoder: greedy(), maxNewTokens: 64, signal }).textStream) onText(text);
  await model.dispose();
}

/** Made anew for each request: a page that is made once has no nonce. */
export function getServerSideProps() {
  return { props: {} };
}
