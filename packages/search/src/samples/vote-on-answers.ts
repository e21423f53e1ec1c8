import { continuationText, type DecodeStatistics, type FinishReason, type LanguageModel, type Prompt } from "@decodekit/core";
import { runWithModel, type SearchGenerateOptions } from "../run-with-model.ts";
import type { TextSample } from "./sample.ts";
import { type Ballot, type SelfConsistencyOptions, votingDecoder } from "./self-consistency.ts";
import type { Vote } from "./votes.ts";

export interface VoteOnAnswersOptions extends Omit<SelfConsistencyOptions, "answer">, SearchGenerateOptions {
  /** Returns the answer that a sample's text gives, to compare with others, or undefined if it gives none. @defaultValue the whole text */
  readonly answer?: ((text: string) => string | undefined) | undefined;
}

export interface AnsweringSample extends TextSample {
  /** Undefined if the sample gives none. */
  readonly answer: string | undefined;
}

export interface VoteOnAnswersResult {
  /** The most frequent answer; undefined if no sample gives one, or after an abort. */
  readonly answer: string | undefined;
  /** The answers with their frequencies, the most frequent first; among equally frequent ones the one that was given first. */
  readonly votes: readonly Vote[];
  /** All samples, in the order in which they were drawn; none after an abort. */
  readonly samples: readonly AnsweringSample[];
  readonly finishReason: FinishReason;
  readonly statistics: DecodeStatistics;
}

/**
 * Runs `selfConsistency` with answers found in texts, and returns all samples and votes. Takes the options of `selfConsistency` and those of
 * `generate` that concern tokens.
 * @throws the errors of `selfConsistency` and `generate`.
 */
export async function voteOnAnswers(
  model: LanguageModel,
  prompt: Prompt,
  options: VoteOnAnswersOptions = {},
): Promise<VoteOnAnswersResult> {
  const where = "voteOnAnswers";
  const { n, sampler, answer, ...rest } = options;
  let ballot: Ballot | undefined;
  const textOf = (tokens: Int32Array, promptTokens: Int32Array): string => continuationText(model.tokenizer, promptTokens, tokens);
  const answerOf = typeof answer === "function" ? (...given: Parameters<typeof textOf>) => answer(textOf(...given)) : (answer ?? textOf);
  const decoder = votingDecoder(where, { n, sampler, answer: answerOf }, (found) => (ballot = found));
  const { finishReason, statistics } = await runWithModel(where, { model, prompt }, { ...rest, decoder });
  const samples = (ballot?.samples ?? []).map((sample, index) => {
    return { ...sample, answer: ballot!.answers[index], text: textOf(sample.tokens, ballot!.prompt) };
  });
  const votes = ballot?.votes ?? [];
  return { answer: votes[0]?.answer, votes, samples, finishReason, statistics };
}
