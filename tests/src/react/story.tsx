import { generate, type LanguageModel } from "@decodekit/core";
import { greedy } from "@decodekit/greedy";
import { useGeneration } from "@decodekit/react";

export function Story({ model }: { readonly model: LanguageModel }) {
  const { status, text, statistics, error, start, stop } = useGeneration();
  const write = () => void start((signal) => generate(model, "Once upon a time", { decoder: greedy(), maxNewTokens: 48, signal }));
  return (
    <article>
      <p>{text}</p>
      {status === "running" ? <button onClick={stop}>Stop</button> : <button onClick={write}>Write</button>}
      {statistics && <small>{statistics.targetPasses} passes</small>}
      {status === "failed" && <p role="alert">{String(error)}</p>}
    </article>
  );
}
