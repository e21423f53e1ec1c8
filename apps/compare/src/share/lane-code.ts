import type { ChatMessage, PluginOptionValues, TokenId } from "@decodekit/core";
import type { Dtype } from "@decodekit/core/toolkit";
import { specificationOf } from "../lab/decoders.ts";
import { callCode, type Code, codeOf, importsOf, objectCode } from "./code-text.ts";
import { CONSTRAINT, constraintCode } from "./constraint-code.ts";
import { decoderCode } from "./decoder-code.ts";

/** Where the model of a program comes from. */
export type ModelInCode =
  | { readonly kind: "embedded"; readonly name: string }
  | { readonly kind: "hub"; readonly repository: string; readonly revision?: string | undefined; readonly endpoint?: string | undefined }
  | { readonly kind: "url"; readonly url: string }
  /** The visitor's own files: the program names a folder to put them in. */
  | { readonly kind: "files" };

/** What a program that runs one lane needs to know. */
export interface LaneProgram {
  readonly title: string;
  readonly decoder: {
    readonly name: string;
    /** With their defaults. */
    readonly options: PluginOptionValues;
    /** URL of the module of a decoder that is not built in. */
    readonly url?: string | undefined;
  };
  readonly model: ModelInCode;
  /** Whether the model predicts masked tokens and not the next one. @defaultValue false */
  readonly isMasked?: boolean | undefined;
  /** The cheaper model, if the decoder requires one. */
  readonly draft?: ModelInCode | undefined;
  readonly dtype?: Dtype | undefined;
  /** The file of the model, if it was chosen by its path. */
  readonly modelFile?: string | undefined;
  /** True for a decoder that reads hidden states, which models return only on demand. */
  readonly hiddenStates?: true | undefined;
  readonly execution: "wasm" | "webgpu" | "native" | "auto";
  /** Text, or the messages of a chat. */
  readonly prompt: string | readonly ChatMessage[];
  /** Tokens that the output starts with. @defaultValue none */
  readonly start?: readonly TokenId[] | undefined;
  /** With the tokens of `start`. */
  readonly maxNewTokens: number;
  readonly seed: number;
}

/** Returns a complete program in TypeScript that runs a lane with the published packages, in Node or in a page. */
export function laneCode(lane: LaneProgram): string {
  const {
    title,
    decoder,
    model,
    isMasked = false,
    draft,
    dtype,
    modelFile,
    hiddenStates,
    execution,
    prompt,
    start = [],
    maxNewTokens,
    seed,
  } = lane;
  const options = loadOptions(model, { dtype, modelFile, hiddenStates }, execution);
  const made = decoder.url === undefined ? builtIn(decoder) : imported(decoder);
  const loads = [
    { name: "model", code: callCode("@decodekit/core/onnx", isMasked ? "loadMaskedModel" : "loadModel", sourceOf(model), options) },
    ...(draft
      ? [
          {
            name: "draft",
            code: callCode(
              "@decodekit/core/onnx",
              "loadModel",
              sourceOf(draft),
              loadOptions(draft, draft.kind === "embedded" ? {} : { dtype }, execution),
            ),
          },
        ]
      : []),
  ];
  const rule = constraintCode(decoder.name, decoder.options);
  const hasStart = start.length > 0;
  const generation = objectCode({
    decoder: nameCode("decoder"),
    processors: rule && !hasStart ? [nameCode(`${CONSTRAINT}.processor`)] : undefined,
    ...(draft && { draft: nameCode("draft") }),
    maxNewTokens: Math.max(1, maxNewTokens - start.length),
    seed,
  });
  // With a start, the rule counts it as output.
  const target = rule && hasStart ? rule.model : nameCode("model");
  const call = callCode("@decodekit/core", "generate", target, nameCode(hasStart ? "tokens" : "prompt"), generation);
  const imports = importsOf([...loads.map(({ code }) => code), ...(rule ? [rule.compiled] : []), made, call]);
  return [
    `// The lane "${oneLine(title)}" of decodekit compare, for Node 20.19 or later or a page.`,
    `// npm install ${packagesIn(imports).join(" ")}`,
    ...notesOn(execution, [model, draft], decoder.url),
    imports,
    ...(decoder.url === undefined ? [] : [`import plugins from ${JSON.stringify(fileOf(decoder.url))};`]),
    "",
    ...loads.map(({ name, code }) => `const ${name} = await ${code.code};`),
    `const prompt = ${typeof prompt === "string" ? JSON.stringify(prompt) : JSON.stringify(prompt, undefined, 2)};`,
    ...(hasStart ? tokensFrom(start, typeof prompt === "string") : []),
    ...(rule ? [`const ${CONSTRAINT} = ${rule.compiled.code};`] : []),
    `const decoder = ${made.code};`,
    `const { text, finishReason, statistics } = await ${call.code}.result;`,
    "console.log(text);",
    "console.log(finishReason, statistics);",
    ...loads.map(({ name }) => `await ${name}.dispose();`),
    "",
  ].join("\n");
}

/** The decoder goes on after the tokens of `start`, which are not part of `text`. */
function tokensFrom(start: readonly TokenId[], isText: boolean): string[] {
  const encoded = isText ? "model.tokenizer.encode(prompt)" : "(model.chat?.encode(prompt) ?? [])";
  return [
    "// The output starts with these tokens; `text` is what follows.",
    `const start = [${start.join(", ")}];`,
    `const tokens = Int32Array.of(...${encoded}, ...start);`,
  ];
}

function loadOptions(
  model: ModelInCode,
  given: Pick<LaneProgram, "dtype" | "modelFile" | "hiddenStates">,
  execution: LaneProgram["execution"],
): Code {
  const isEmbedded = model.kind === "embedded";
  return objectCode({
    ...given,
    execution: execution === "wasm" ? execution : undefined,
    // In a small model, threads would spend more time waiting for each other than a pass takes.
    threads: isEmbedded && execution === "wasm" ? 1 : undefined,
  });
}

function sourceOf(model: ModelInCode): Code {
  switch (model.kind) {
    case "embedded":
      return { code: model.name, imports: [["@decodekit/tiny-models", model.name]] };
    case "hub": {
      const { repository, revision, endpoint } = model;
      return callCode("@decodekit/hub", "hub", repository, objectCode({ revision, endpoint }));
    }
    case "url":
      return codeOf(model.url);
    case "files":
      return codeOf(FOLDER);
    default:
      return model satisfies never;
  }
}

const FOLDER = "./my-model";

function builtIn({ name, options }: LaneProgram["decoder"]): Code {
  const parsed = callCode("@decodekit/compare", "parseDecoder", specificationOf(name, options), {
    code: "builtInDecoders",
    imports: [["@decodekit/compare", "builtInDecoders"]],
  });
  return decoderCode(name, options) ?? { ...parsed, code: `${parsed.code}.decoder` };
}

/** The default export of a plugin's module is one plugin or several. */
function imported({ name, options }: LaneProgram["decoder"]): Code {
  const code = `[plugins].flat().find((plugin) => plugin.name === ${JSON.stringify(name)}).create(${objectCode(options).code})`;
  return { code, imports: [] };
}

function fileOf(url: string): string {
  return `./${new URL(url).pathname.split("/").at(-1) || "decoder.js"}`;
}

function notesOn(execution: LaneProgram["execution"], models: readonly (ModelInCode | undefined)[], url: string | undefined): string[] {
  return [
    ...(models.some((model) => model?.kind === "files") ? [`// Put the files of the model into the folder ${FOLDER}.`] : []),
    ...(execution === "webgpu" ? ['// The lane ran on WebGPU: in a page, add execution: "webgpu" to the options of loadModel.'] : []),
    ...(url === undefined ? [] : [`// Save ${url} as ${fileOf(url)}.`]),
  ];
}

function packagesIn(imports: string): string[] {
  const names = [...imports.matchAll(/from "(@[\w-]+\/[\w-]+)/g)].map(([, name]) => name!);
  return [...new Set(names)];
}

function nameCode(code: string): Code {
  return { code, imports: [] };
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}
