import type { DecodeEvent } from "../contracts/decoder.ts";

/** Returns the event with copies of its arrays, since sending a view sends its whole buffer. */
export function compactEvent(event: DecodeEvent): DecodeEvent {
  switch (event.type) {
    case "tokens-commit": {
      const { logProbabilities, alternatives } = event;
      return {
        ...event,
        tokens: event.tokens.slice(),
        ...(logProbabilities && { logProbabilities: logProbabilities.slice() }),
        ...(alternatives && {
          alternatives: { tokens: alternatives.tokens.slice(), logProbabilities: alternatives.logProbabilities.slice() },
        }),
      };
    }
    case "tokens-propose": {
      const { probabilities, tree } = event;
      return {
        ...event,
        tokens: event.tokens.slice(),
        ...(probabilities && { probabilities: probabilities.slice() }),
        ...(tree && { tree: { tokens: tree.tokens.slice(), parents: tree.parents.slice() } }),
      };
    }
    default:
      return event;
  }
}
