import { type CausalModel, InvalidOptionError, objectOption, type OptionDefinitions, resolveOptions, type Session } from "@decodekit/core";
import { GuidedSession } from "./guided-session.ts";

export interface GuidanceOptions {
  /** How far to move away from the unconditional prediction: 1 is the model itself, above 1 follows the prompt more closely. */
  readonly scale: number;
  /** Number of tokens at the start of every sequence that are the prompt, an integer >= 1. */
  readonly promptLength: number;
  /**
   * What the unconditional prediction has in place of the prompt, shape (n,), n >= 1: a negative prompt, for example.
   * @defaultValue the last token of the prompt
   */
  readonly unconditional?: Int32Array | undefined;
  /** The model of the unconditional prediction, with the same vocabulary: a weaker one for contrastive decoding. @defaultValue the same */
  readonly model?: CausalModel | undefined;
}

const GUIDANCE = {
  scale: { type: "number", help: "How far to move away from the unconditional prediction", required: true },
  promptLength: { type: "integer", help: "Number of tokens that are the prompt", minimum: 1, required: true },
  unconditional: objectOption("an Int32Array of at least 1 token", (value) => value instanceof Int32Array && value.length > 0),
  model: objectOption("a causal model", (value) => (value as CausalModel | null)?.kind === "causal"),
} as const satisfies OptionDefinitions<GuidanceOptions>;

/**
 * Returns the model under classifier-free guidance: every row after the prompt is u + scale (c - u), with the log-probabilities c of the
 * model and u of a prediction that has the same output but another prompt. Each pass is two passes. A decoder does not notice: for it the
 * guided distribution is the model's own, drafts and trees included. Rows within the prompt are the model's.
 *
 * Sources: Ho and Salimans 2022 (arXiv 2207.12598), for text Sanchez et al. 2023 (arXiv 2306.17806); as in transformers.
 * @throws InvalidOptionError for an unknown or invalid option, a model with another vocabulary, or one that cannot rewind.
 */
export function withGuidance(model: CausalModel, options: GuidanceOptions): CausalModel {
  const where = "withGuidance";
  const { model: other = model, ...settings } = resolveOptions(where, options, GUIDANCE);
  if (other.vocabSize !== model.vocabSize)
    throw new InvalidOptionError({ where, option: "model.vocabSize", expected: String(model.vocabSize), actual: other.vocabSize });
  if (!model.capabilities.rewind || !other.capabilities.rewind)
    throw new InvalidOptionError({ where, option: "capabilities.rewind", expected: "true of both models", actual: false });
  if (settings.scale === 1) return model;
  const { kind, vocabSize, capabilities } = model;
  // The unconditional session has another prompt before the same output.
  const reach = other.contextLength + settings.promptLength - (settings.unconditional?.length ?? 1);
  return {
    kind,
    vocabSize,
    contextLength: Math.min(model.contextLength, reach),
    capabilities: {
      ...capabilities,
      fork: capabilities.fork && other.capabilities.fork,
      tree: capabilities.tree && other.capabilities.tree,
    },
    async createSession(): Promise<Session> {
      const session = await model.createSession();
      try {
        return new GuidedSession(session, await other.createSession(), settings);
      } catch (error) {
        await session.dispose();
        throw error;
      }
    },
  };
}
