import { existsSync } from "node:fs";
import { type Contender, digestOf, MissingPeerError } from "./contender.ts";

const CONTEXT_LENGTH = 4096;

/** llama.cpp in Node, through node-llama-cpp, with or without its own prompt lookup. `gguf` is the path of its model. */
export function llamaCpp(gguf: string | undefined, drafting: "plain" | "prompt lookup"): Contender {
  return {
    name: drafting === "plain" ? "node-llama-cpp" : "node-llama-cpp, prompt lookup",
    async open({ threads }) {
      if (gguf === undefined) throw new MissingPeerError("no GGUF file was given (--gguf)");
      if (!existsSync(gguf)) throw new MissingPeerError(`there is no file ${gguf}`);
      const { getLlama, InputLookupTokenPredictor, LlamaLogLevel } = await import("node-llama-cpp").catch((error: unknown) => {
        throw new MissingPeerError(`node-llama-cpp could not be imported (${String(error)})`);
      });
      const how = { gpu: false, build: "never", skipDownload: true, progressLogs: false } as const;
      const llama = await getLlama({ ...how, logLevel: LlamaLogLevel.error, maxThreads: threads }).catch((error: unknown) => {
        throw new MissingPeerError(`node-llama-cpp has no program for this machine (${String(error)})`);
      });
      const model = await llama.loadModel({ modelPath: gguf, gpuLayers: 0 });
      const context = await model.createContext({ contextSize: CONTEXT_LENGTH, threads, sequences: 1 });
      const predictor = drafting === "plain" ? undefined : new InputLookupTokenPredictor();
      const sequence = context.getSequence(predictor && { tokenPredictor: predictor });
      return {
        async decode({ text }, { maxNewTokens }) {
          await sequence.clearHistory();
          const prompt = model.tokenize(text, true);
          const output: number[] = [];
          let firstToken = 0;
          const started = performance.now();
          predictor?.updateInputTokens(prompt);
          for await (const token of sequence.evaluate(prompt, { temperature: 0 })) {
            firstToken ||= performance.now();
            output.push(token);
            if (output.length === maxNewTokens) break;
          }
          const milliseconds = performance.now() - started;
          const firstTokenMilliseconds = (firstToken || performance.now()) - started;
          return { tokens: output.length, firstTokenMilliseconds, milliseconds, digest: digestOf(output) };
        },
        close: () => llama.dispose(),
      };
    },
  };
}
