import type { DecodeEvent } from "../decoder.ts";

/** The same event with arrays of its own: a view crosses with the whole buffer behind it. */
export function compactEvent(event: DecodeEvent): DecodeEvent {
  switch (event.type) {
    case "tokens-commit": {
      const { logProbabilities } = event;
      return { ...event, tokens: event.tokens.slice(), ...(logProbabilities && { logProbabilities: logProbabilities.slice() }) };
    }
    case "tokens-propose": {
      const { probabilities } = event;
      return { ...event, tokens: event.tokens.slice(), ...(probabilities && { probabilities: probabilities.slice() }) };
    }
    default:
      return event;
  }
}
