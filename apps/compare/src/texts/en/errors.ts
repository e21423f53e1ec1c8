/** What is said of the errors of loading and decoding. Each says what to do. */
export const errorTexts = {
  option: (label: string, expected: string) => `${label} must be ${expected}.`,
  unknownDecoder: "There is no such decoder here. A decoder of your own must be added again after the page was loaded.",
  emptyPrompt: "The prompt is empty, and this model cannot begin without one. Write a few words.",
  contextLength: (length: number, limit: number) =>
    `Prompt and output would have ${length} tokens, and this model holds ${limit}. Shorten the prompt, or ask for fewer new tokens.`,
  missing: {
    causal: "This decoder needs a model that writes from left to right, and the chosen model does not. Choose another decoder or model.",
    masked: "This decoder needs a masked model, which fills gaps, and the chosen model is none. Choose another decoder or model.",
    draft: "This decoder needs a draft model, and there is none for the chosen model. Choose another drafter or model.",
  },
  missingOther: "The chosen model lacks what this decoder needs. Choose another decoder or model.",
  vocabulary: "The draft model has another vocabulary than the model. Choose a draft model of the same family.",
  modelLoad: (problem: string) => `The model could not be loaded. ${problem}`,
  modelShape: (problem: string) => `This model cannot be used here: it is not built as the models that this page knows. ${problem}`,
  execution: (execution: string) =>
    `This browser cannot run models on ${execution}. Choose another place under Settings, Runs on, or leave it on Automatic.`,
  pass: (execution: string) =>
    `The browser could not run this file of the model on ${execution}. Choose another data type, or another place under Settings, Runs on.`,
  deviceLost: "The GPU was lost. Press Run to load the model again, or choose the CPU under Settings, Runs on.",
  logits: "The model returned probabilities that are no numbers. Choose another data type of it, or another model.",
  drafter: (drafter: string) => `The drafter ${drafter} failed. The text up to there is right. Choose another drafter.`,
  chatTemplate: (problem: string) => `The chat template of the model could not be used. ${problem}`,
  disposed: "The model was unloaded in the meantime. Press Run to load it again.",
  worker: "The worker of the model ended. Press Run to start it again.",
  fileLine: (line: number) => `Line ${line} is not as this page writes it.`,
  fileLineAt: (line: number, path: string) => `Line ${line} is not as this page writes it: see ${path}.`,
  fileSize: "It is too large.",
  executions: { wasm: "the CPU", webgpu: "the GPU" } as Readonly<Record<string, string | undefined>>,
  pluginDescription: (path: string) => `The module describes its decoder in another way than this page expects: see ${path}.`,
  pluginSilent: (seconds: number) => `The module did not answer within ${seconds} seconds.`,
};
