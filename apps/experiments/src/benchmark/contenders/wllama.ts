import { type Contender, MissingPeerError } from "./contender.ts";

const CONTEXT_LENGTH = 4096;

/** llama.cpp in a page, through wllama. `gguf` is the URL of its model. */
export function wllama(gguf: string | undefined): Contender {
  return {
    name: "wllama",
    async open({ threads }) {
      if (gguf === undefined) throw new MissingPeerError("no GGUF file was given (--gguf)");
      const { LoggerWithoutDebug, Wllama } = await import("@wllama/wllama");
      // Bundlers detect this URL, and bundle the file.
      const code = new URL("@wllama/wllama/esm/wasm/wllama.wasm", import.meta.url).href;
      const program = new Wllama({ default: code }, { suppressNativeLog: true, logger: LoggerWithoutDebug });
      program.setCompat(null);
      const response = await fetch(gguf);
      await program.loadModel([await response.blob()], { n_ctx: CONTEXT_LENGTH, n_threads: threads, n_gpu_layers: 0 });
      return {
        async decode({ text }, { maxNewTokens }) {
          let firstToken = 0;
          let tokens = 0;
          const started = performance.now();
          const options = { prompt: text, max_tokens: maxNewTokens, temperature: 0, cache_prompt: false };
          for await (const chunk of await program.createCompletion({ ...options, stream: true })) {
            if (chunk.choices[0]?.text) firstToken ||= performance.now();
            tokens = chunk.usage?.completion_tokens ?? chunk.timings?.predicted_n ?? tokens;
          }
          const milliseconds = performance.now() - started;
          return { tokens, firstTokenMilliseconds: (firstToken || performance.now()) - started, milliseconds };
        },
        close: () => program.exit(),
      };
    },
  };
}
