import type { DecoderPlugin } from "@decodekit/core";

/** A plugin that never yields its thread once it has begun to decode. */
const plugin: DecoderPlugin<"causal"> = {
  name: "endless",
  title: "Endless",
  description: "Loops without end",
  requires: ["causal"],
  options: {},
  presets: [{}],
  create: () => ({
    name: "endless",
    requires: ["causal"],
    // oxlint-disable-next-line require-yield
    async *decode(models, prompt) {
      const session = await models.causal.createSession();
      await session.forward(prompt);
      for (;;);
    },
  }),
};

export default plugin;
