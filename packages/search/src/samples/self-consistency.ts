import {
  type DecodeContext,
  type DecodeEvent,
  type Decoder,
  defineDecoder,
  type FinishReason,
  InvalidOptionError,
  objectOption,
  type OptionDefinition,
  resolveOptions,
  type Sampler,
} from "@decodekit/core";
import { SAMPLER_OPTION, temperatureSampler } from "@decodekit/core/toolkit";
import { commitSample, drawSamples } from "./draw-samples.ts";
import type { Sample } from "./sample.ts";
import { checkDraws, N_OPTION, type SamplingOptions } from "./sampling-options.ts";
import { countVotes, type Vote } from "./votes.ts";

export interface SelfConsistencyOptions extends SamplingOptions {
  /** How tokens are drawn. @defaultValue temperature 0.7, as for the largest models of the paper */
  readonly sampler?: Sampler | undefined;
  /**
   * Returns the answer that a sample's tokens, shape (n,), give, as text to compare, or undefined if they give none. For an answer within the
   * text, use `voteOnAnswers`. @defaultValue wholeOutput
   */
  readonly answer?: ((tokens: Int32Array) => string | undefined) | undefined;
}

const OPTIONS = {
  n: N_OPTION,
  sampler: SAMPLER_OPTION,
  answer: objectOption("a function", (value) => typeof value === "function"),
} as const satisfies Readonly<Record<keyof SelfConsistencyOptions, OptionDefinition>>;

/** The temperature of PaLM 540B and GPT-3 in the paper, section 3.1. */
export const VOTING_TEMPERATURE = 0.7;

/** The answer is the whole output: two samples agree if they have the same tokens. */
export function wholeOutput(tokens: Int32Array): string {
  return tokens.join(" ");
}

/**
 * Returns a function for `answer`: the answer is the last `count` tokens, or all tokens of a shorter output.
 * @throws InvalidOptionError unless `count` is an integer >= 1.
 */
export function lastTokens(count: number): (tokens: Int32Array) => string {
  if (!(Number.isSafeInteger(count) && count >= 1))
    throw new InvalidOptionError({ where: "lastTokens", option: "count", expected: "an integer >= 1", actual: count });
  return (tokens) => tokens.subarray(-count).join(" ");
}

/**
 * Creates a decoder that draws `n` samples, after one pass over the prompt, and returns the first of those whose answer is given most often
 * (Wang et al. 2023, "Self-Consistency Improves Chain of Thought Reasoning in Language Models", arXiv 2203.11171). Among answers that are
 * given equally often, the one that was given first wins; if no sample gives an answer, the first sample is returned. The token of sample i
 * at position p, counted from the start of the prompt, draws from `random.fork(i).fork(p)`.
 *
 * The samples are drawn one after another, so that at most two sessions are open. The leading sample is proposed whenever it changes, and
 * committed at the end. The model must be able to fork its sessions; the decode throws InvalidOptionError if it cannot.
 * @throws InvalidOptionError for an unknown or invalid option, or a greedy sampler, whose samples are all the same.
 */
export function selfConsistency(options: SelfConsistencyOptions = {}): Decoder<"causal"> {
  return votingDecoder("selfConsistency", options, () => undefined);
}

/** The samples of one decode with their answers. */
export interface Ballot {
  /** Shape (m,). */
  readonly prompt: Int32Array;
  readonly samples: readonly Sample[];
  /** Shape (n,). */
  readonly answers: readonly (string | undefined)[];
  /** The most frequent answer first. */
  readonly votes: readonly Vote[];
}

interface VotingOptions extends Omit<SelfConsistencyOptions, "answer"> {
  readonly answer?: ((tokens: Int32Array, prompt: Int32Array) => string | undefined) | undefined;
}

/** Creates the decoder of `selfConsistency` for one decode whose votes `onBallot` receives. `where` is named in errors. */
export function votingDecoder(where: string, options: VotingOptions, onBallot: (ballot: Ballot) => void): Decoder<"causal"> {
  const { n, sampler = temperatureSampler(VOTING_TEMPERATURE) } = resolveOptions(where, options as SelfConsistencyOptions, OPTIONS);
  const { answer = wholeOutput } = options;
  checkDraws(where, sampler);
  return defineDecoder({
    name: "self-consistency",
    requires: ["causal"],
    capabilities: ["fork"],
    sampler,
    async *run(context: DecodeContext<"causal">): AsyncGenerator<DecodeEvent, FinishReason, void> {
      const { tokens: prompt } = context;
      const answers: (string | undefined)[] = [];
      let leading: number | undefined;
      const samples = yield* drawSamples(context, { where, count: n, sampler }, (drawn) => {
        answers.push(checkedAnswer(where, answer(drawn.at(-1)!.tokens, prompt)));
        const winner = winnerOf(answers);
        const isSame = winner === leading;
        leading = winner;
        return isSame ? undefined : drawn[winner];
      });
      onBallot({ prompt, samples, answers, votes: countVotes(answers) });
      return yield* commitSample(context, samples[winnerOf(answers)]!);
    },
  });
}

/** Returns the index of the first sample with the most frequent answer. */
function winnerOf(answers: readonly (string | undefined)[]): number {
  return countVotes(answers)[0]?.samples[0] ?? 0;
}

function checkedAnswer(where: string, actual: string | undefined): string | undefined {
  if (actual === undefined || typeof actual === "string") return actual;
  throw new InvalidOptionError({ where, option: "answer", expected: "a function that returns a string or undefined", actual });
}
