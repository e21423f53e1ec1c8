/** What the exports of tests/src/models/python are expected to do. docs/models.md lists them; table.test.ts holds it against this list. */
export interface ExportCase {
  /** Folder in the cache: what exported it, and the model type with what is special. */
  readonly name: string;
  readonly kind: "causal" | "masked" | "refused";
  /** Largest difference of a logit to transformers', as a part of the largest logit. @defaultValue TOLERANCES.float32 */
  readonly tolerance?: Readonly<Partial<Record<"native" | "wasm", number>>>;
  /** Graph within the folder. @defaultValue that which loadModel finds */
  readonly modelFile?: string;
  /** Part of the message of the error, for an export that is refused; else of the warning. */
  readonly message?: string;
}

/**
 * Parts of the largest logit. float32: exports add in another order than transformers; measured up to 2.1e-6. float16: 11 bits of precision,
 * of weights too; measured up to 2.1e-3. eightBits: MatMulNBits of the native runtime rounds what it multiplies to 8 bits, unless the export
 * forbids it; measured up to 2.7e-2.
 */
export const TOLERANCES = { float32: 1e-5, float16: 4e-3, eightBits: 6e-2 } as const;

const FLOAT16 = { tolerance: { native: TOLERANCES.float16, wasm: TOLERANCES.float16 } };
const EIGHT_BITS = { tolerance: { native: TOLERANCES.eightBits } };

const OPTIMUM = words(`
  llama llama-tied gpt2 gptj codegen gpt_neo gpt_neox gpt_bigcode stablelm opt falcon-multi-query falcon-new
  falcon-alibi bloom mpt gpt_oss arcee smollm3 olmo olmo2 granite cohere mistral mistral-sliding qwen2 qwen3
  qwen3_moe phi phi3 glm gemma gemma2 gemma3_text gemma3_text-sliding helium nemotron deepseek_v3
`);
const LIKE_LLAMA = words(`
  starcoder2 cohere2 olmo3 ernie4_5 hunyuan_v1_dense exaone4 ministral vaultgemma modernbert-decoder
`);
/**
 * Causal exports whose sessions do not read trees. The reasons are those of docs/models.md.
 */
export const WITHOUT_TREES = {
  "tokens are placed by their distance (ALiBi)": words("optimum/bloom optimum/falcon-alibi optimum/mpt"),
  "a window shorter than the context": words(`
    optimum/gemma3_text-sliding optimum/gpt_neo optimum/mistral-sliding optimum-like-llama/cohere2 optimum-like-llama/exaone4
    optimum-like-llama/modernbert-decoder genai/gemma2 genai/gemma3_text
  `),
  "a state that each token replaces": words(`
    quirks/lfm2-past_conv quirks/qwen3_next-past_recurrent quirks/mamba2-past_ssm mobius/qwen3_next mobius/qwen3_5_text mobius/mamba2
    genai/lfm2 genai/lfm2_moe genai/lfm2-int4 genai/qwen3_5
  `),
  "a buffer of fixed size": words("mobius/llama-static"),
  "one token per pass": words("genai/llama-pruned genai/llama-fp16 optimum-merged/gpt2 optimum-merged/llama"),
} as const;

const GENAI = words(`
  llama llama-int4-exact mistral qwen2 qwen3 gemma gemma2 gemma3_text phi phi3 granite smollm3 nemotron ernie4_5
  hunyuan_v1_dense lfm2 lfm2_moe granitemoehybrid qwen3_5
`);
const MOBIUS = words(`
  llama apertus qwen2_moe qwen3_next qwen3_5_text mamba2
`);
const QUIRKS = words(`
  llama-row-count gpt2-row-counts gpt_bigcode-key_value lfm2-past_conv qwen3_next-past_recurrent mamba2-past_ssm
`);
const MASKED = words(`
  bert roberta xlm-roberta camembert distilbert electra albert mpnet deberta deberta-v2 modernbert esm convbert
  rembert
`);

export const EXPORT_CASES: readonly ExportCase[] = [
  ...named("optimum", OPTIMUM, "causal"),
  ...named("optimum-like-llama", LIKE_LLAMA, "causal"),
  ...named("genai", GENAI, "causal"),
  ...named("mobius", MOBIUS, "causal"),
  ...named("quirks", QUIRKS, "causal"),
  ...named("genai", ["llama-int4", "qwen3-int4", "lfm2-int4"], "causal", EIGHT_BITS),
  ...named("genai", ["llama-fp16-webgpu"], "causal", FLOAT16),
  ...named("quirks", ["llama-fp16", "gpt2-fp16"], "causal", FLOAT16),
  { name: "genai/llama-pruned", kind: "causal", message: "It reads them one by one" },
  { name: "genai/llama-fp16", kind: "causal", message: "It reads them one by one", ...FLOAT16 },
  ...named("optimum-merged", ["gpt2", "llama"], "causal", { modelFile: "decoder_model_merged.onnx", message: "one token per pass" }),
  ...named("optimum-masked", MASKED, "masked"),
  { name: "mobius/llada", kind: "masked" },
  { name: "mobius/llama-static", kind: "causal" },
  { name: "genai/gemma2-windowed", kind: "refused", message: "a cache of a sliding window" },
  { name: "genai/qwen3_5-window", kind: "refused", message: "could not be loaded" },
  ...named("optimum-refused", ["t5", "bart", "marian", "whisper"], "refused", {
    modelFile: "decoder_model_merged.onnx",
    message: "that of an encoder-decoder model",
  }),
];

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

function named(folder: string, names: readonly string[], kind: ExportCase["kind"], more: Partial<ExportCase> = {}): readonly ExportCase[] {
  return names.map((name) => ({ name: `${folder}/${name}`, kind, ...more }));
}

/** Returns the cases of the given kinds. */
export function casesOf(...kinds: readonly ExportCase["kind"][]): readonly ExportCase[] {
  return EXPORT_CASES.filter(({ kind }) => kinds.includes(kind));
}

/** Returns why the sessions of a causal export do not read trees, or undefined if they do. */
export function whyNoTrees({ name }: Pick<ExportCase, "name">): string | undefined {
  return Object.entries(WITHOUT_TREES).find(([, names]) => names.includes(name))?.[0];
}
