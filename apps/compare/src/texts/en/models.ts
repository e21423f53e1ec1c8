import { format } from "../format.ts";

const day = new Intl.DateTimeFormat("en", { dateStyle: "long", timeZone: "UTC" });

/** Formats a size that is only known about: "200 MB", "1.4 GB". */
const about = (megabytes: number): string =>
  megabytes < 1000 ? `${format.integer(Math.round(megabytes))} MB` : `${format.decimal(megabytes / 1000)} GB`;

/** What is said of models: how they are chosen, what they can run, and how prompts are written for them. */
export const modelTexts = {
  field: {
    label: "Model",
    more: "More models …",
    files: (name: string, modelFile: string) => [name, ...(modelFile === "" ? [] : [modelFile]), "from this device"].join(" · "),
    withDraft: (draft: string) => `draft: ${draft}`,
  },

  /** Follow the name of a decoder. */
  whyNot: {
    causal: "needs a model that predicts the next token",
    masked: "needs a masked model",
    draft: "needs a draft model: choose one in Model",
    rewind: "this model cannot take tokens back",
    fork: "this model cannot continue one text in several ways",
    tree: "this file cannot read several continuations in one pass",
    multiTokenPasses: "this file cannot read several tokens in one pass",
    hiddenStates: "needs hidden states, which this page does not load",
    draftHead: "needs a draft head, which this page does not load",
    leaveOneOut: "this model cannot predict a token without seeing it",
  },
  cannotRun: (reason: string) => `This model cannot run it: ${reason}.`,
  cannotMeasure: (title: string, reason: string) =>
    `${title} cannot be measured on this model: ${reason}. Remove the lane or choose another model.`,
  otherOffers: "Not on this model",
  offer: (title: string, reason: string) => `${title} – ${reason}`,
  lanesReplaced: "The lanes are now those that this model begins with.",

  dialog: {
    heading: "Choose a model",
    places: { popular: "Popular", hub: "From the Hub", device: "From this device" },
    place: "Where the model comes from",
    nothingYet: "Nothing is downloaded before you press Run.",
    use: "Use this model",
    dtype: "Data type",
    automatic: "Automatic",
    more: "Another hub",
  },

  popular: {
    label: "Popular models",
    shipped: "shipped with this page",
    embedded: {
      stories: { title: "Stories", summary: "Writes stories for children. Also predicts masked tokens, and has its own draft model." },
      puzzles: { title: "Puzzles", summary: "Fills 6 × 6 Sudokus. Also predicts masked tokens." },
    } as Readonly<Record<string, { readonly title: string; readonly summary: string }>>,
    kind: { chat: "chat", text: "text", masked: "masked model" },
    parameters: (millions: number) =>
      millions < 1000 ? `${millions} million weights` : `${format.decimal(millions / 1000)} billion weights`,
    download: (megabytes: number) => `about ${about(megabytes)}`,
    dtype: (dtype: string, megabytes: number, isAdvised: boolean) =>
      `${dtype} · about ${about(megabytes)}${isAdvised ? " · advised here" : ""}`,
  },

  hub: {
    address: "Name on the Hub, or URL",
    explain:
      "A repository with ONNX files, as org/name or org/name@revision, the address of its page or of one of its files, or the URL of a folder in the same layout. Models of the Hub are checked and kept in this browser.",
    placeholder: "org/name",
    understood: ({
      model,
      hub,
      dtype,
      modelFile,
    }: { readonly model: string } & Readonly<Partial<Record<"hub" | "dtype" | "modelFile", string>>>) =>
      `Read as ${[model, ...(hub === undefined ? [] : [`on ${hub}`]), ...(dtype === undefined ? [] : [`data type ${dtype}`]), ...(modelFile === undefined ? [] : [`file ${modelFile}`])].join(", ")}.`,
  },

  device: {
    explain: "A folder with config.json, tokenizer.json and an .onnx file, with its weights beside it. It stays on this device.",
    drop: "Drop a folder or files here",
    folder: "Choose a folder",
    files: "Choose files",
    reading: "Reading the folder …",
    file: "Model file",
    found: (name: string, files: number) => `${name}: ${files} ${files === 1 ? "file" : "files"}`,
    option: (path: string, megabytes: number) => `${path} · ${about(megabytes)}`,
  },

  draft: {
    label: "Draft model",
    explain:
      "A cheaper model with the same vocabulary, for decoders that draft. As for the model: org/name, a URL, or stories. It is loaded in the same data type.",
    placeholder: "None",
    suggested: (title: string, megabytes: number | undefined) =>
      `Use ${title}${megabytes === undefined ? "" : ` (about ${about(megabytes)} more)`}`,
  },
  endpoint: {
    label: "URL of the hub",
    placeholder: "https://huggingface.co",
    explain: "A server with the same URLs as huggingface.co, such as a mirror.",
  },

  chat: {
    label: "Prompt as",
    choices: { on: "Chat message", off: "Plain text" },
    unknown: "Chat message, if the model has a chat template. That is known once it is loaded.",
    none: "This model has no chat template. Choose “Plain text”.",
    system: "System message",
    rendered: "The prompt as the model reads it",
  },

  problems: {
    empty: "Write the name of a model, as org/name, or a complete URL.",
    wrong: "Write org/name, or a complete URL that starts with https:// or http://.",
    wrongHub: "The URL of the hub must be complete and start with https:// or http://.",
    dataset: "This is a dataset. Open the page of a model, and paste its address.",
    space: "This is a Space, an app that runs on the Hub. Its page links to the models that it uses: paste the address of one of them.",
    search: "This is a list of models. Open one of them, and paste the address of its page.",
    owner: (name: string) => `This is the page of ${name}, not of a model. Open one of its models, and paste the address of that page.`,
    otherPage: "This page of the hub is not a model. Open the page of a model, and paste its address.",
    gguf: "GGUF files are for llama.cpp. Look for a repository of the same model with ONNX files: its name usually ends in -ONNX.",
    otherWeights: (kind: string) =>
      `${kind} files cannot be run in a page. Look for a repository of the same model with ONNX files: its name usually ends in -ONNX.`,
    noFiles: "There are no files in it. Choose a folder with config.json, tokenizer.json and an .onnx file.",
    noOnnx: (files: number) =>
      `No .onnx file among the ${files} ${files === 1 ? "file" : "files"}. Choose a folder with config.json, tokenizer.json and an .onnx file.`,
    gguFiles: (path: string) => `${path} is a GGUF file, for llama.cpp. Choose a folder with ONNX files of the same model.`,
    missing: (names: readonly string[], folder: string) =>
      `${names.join(" and ")} ${names.length === 1 ? "is" : "are"} missing${folder === "" ? "" : ` in ${folder}`}. Choose the whole folder of the model.`,
    tooMany: (most: number) => `There are more than ${most} files. Choose the folder of one model.`,
    unreadable: (problem: string) => `The files could not be read. ${problem}`,
    draftFile: "Name the repository of the draft model, on the same hub, and not one of its files: it is loaded in the same data type.",
    draftMasked: (draft: string) => `${draft} predicts masked tokens and cannot draft. Choose a draft model that predicts the next token.`,
    draftVocabulary: (draft: string, model: string) =>
      `${draft} cannot draft for ${model}: they split text into different tokens. Choose a smaller model of the same family as draft model.`,
    noTemplate: (model: string) => `${model} has no chat template. Choose “Plain text”.`,
  },
  fixedDate: (model: string, date: Date) =>
    `The chat template of ${model} writes a date. It is always ${day.format(date)} here, so that a run can be repeated.`,
};
