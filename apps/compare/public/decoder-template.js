/*
 * A decoder in one self-contained module. Copy and change it, serve it from a host that allows requests from the page
 * (Access-Control-Allow-Origin), and add it by its URL. With @decodekit/core as a dependency, `defineDecoder` and `autoregressive` do most of
 * this for you. @decodekit/conformance checks that a decoder follows the nine rules.
 *
 * This decoder takes the most likely token that is not among the last few.
 */

/** Returns the token with the largest logit that is not in `avoided`; the lowest id wins a tie. */
function likeliestBut(row, avoided) {
  let best = -1;
  for (let token = 0; token < row.length; token++) {
    if (Number.isNaN(row[token]) || row[token] === Infinity) throw invalid("INVALID_LOGITS", "The logits define no distribution.");
    if (row[token] > -Infinity && !avoided.includes(token) && (best < 0 || row[token] > row[best])) best = token;
  }
  if (best >= 0) return best;
  if (avoided.length > 0) return likeliestBut(row, []);
  throw invalid("INVALID_LOGITS", "The logits define no distribution: every token is forbidden.");
}

/** Makes an error that other copies of decodekit recognize by its code. */
function invalid(code, message) {
  return Object.defineProperty(Object.assign(new Error(message), { name: "DecodekitError", code }), Symbol.for("decodekit.error"), {
    value: true,
  });
}

function check(model, prompt, { maxNewTokens, stopTokens = [], seed = 0 }) {
  const isToken = (token) => Number.isInteger(token) && token >= 0 && token < model.vocabSize;
  if (prompt.length === 0 || !prompt.every(isToken)) throw invalid("INVALID_OPTION", "prompt must be a non-empty array of tokens.");
  if (!Number.isSafeInteger(maxNewTokens) || maxNewTokens < 0) throw invalid("INVALID_OPTION", "maxNewTokens must be an integer >= 0.");
  if (!Number.isSafeInteger(seed) || seed < 0) throw invalid("INVALID_OPTION", "seed must be an integer >= 0.");
  if (!Array.from(stopTokens).every(isToken)) throw invalid("INVALID_OPTION", "stopTokens must be tokens.");
  if (prompt.length > model.contextLength) throw invalid("CONTEXT_LENGTH", `The prompt must be at most ${model.contextLength} tokens.`);
}

async function* decode(window, { causal: model }, prompt, options) {
  check(model, prompt, options);
  const { maxNewTokens, stopTokens = [], signal } = options;
  const limit = Math.min(prompt.length + maxNewTokens, model.contextLength);
  yield { type: "decode-start", promptLength: prompt.length };
  let finishReason = "length";
  let session;
  try {
    const tokens = [...prompt];
    let unread = Int32Array.from(prompt);
    while (tokens.length < limit && !signal?.aborted) {
      session ??= await model.createSession();
      const phase = session.length === 0 ? "prefill" : "decode";
      const started = performance.now();
      const logits = await session.forward(unread, { signal });
      yield { type: "forward-end", model: "causal", phase, positions: unread.length, milliseconds: performance.now() - started };
      if (signal?.aborted) break;
      const token = likeliestBut(logits.row(0), window > 0 ? tokens.slice(prompt.length).slice(-window) : []);
      if (stopTokens.includes(token)) {
        finishReason = "stop";
        break;
      }
      yield { type: "tokens-commit", start: tokens.length, tokens: Int32Array.of(token) };
      tokens.push(token);
      unread = Int32Array.of(token);
    }
  } catch (error) {
    if (!(signal?.aborted && error === signal.reason)) throw error;
  } finally {
    await session?.dispose();
  }
  yield { type: "decode-end", finishReason: signal?.aborted && finishReason !== "stop" ? "abort" : finishReason };
}

/** The plugin: a description of the decoder, and a factory. */
export default {
  name: "no-echo",
  title: "No echo",
  description: "The most likely token that is not among the last few",
  requires: ["causal"],
  options: { window: { type: "integer", help: "Number of recent tokens that must not repeat", default: 8, minimum: 0, maximum: 100 } },
  presets: [{}],
  create: ({ window = 8 } = {}) => ({
    name: "no-echo",
    requires: ["causal"],
    decode: (models, prompt, options) => decode(window, models, prompt, options),
  }),
};
