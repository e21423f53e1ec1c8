/** A whole text that was drawn. */
export interface Sample {
  /** Its number, from 0. */
  readonly index: number;
  /** Its tokens after the prompt, shape (n,), without the stop token. Not to be written to. */
  readonly tokens: Int32Array;
  /** "stop": a stop token ended it. "length": it has as many tokens as there was room for. */
  readonly finishReason: "stop" | "length";
  /** Log-probability under the model, in nats, of its tokens and of the stop token that ended it. */
  readonly logProbability: number;
  /** Number of tokens that `logProbability` covers, >= 1: n, and one more for a stop token. */
  readonly length: number;
}

/** A sample, and its text. */
export interface TextSample extends Sample {
  readonly text: string;
}
