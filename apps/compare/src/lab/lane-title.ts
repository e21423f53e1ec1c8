import type { TokenId } from "@decodekit/core";
import { texts } from "../texts/texts.ts";
import { tokenText } from "../texts/token-text.ts";

/** Returns the title of a lane: that of its decoder, and the last of the tokens that its output was given to start with. */
export function laneTitle(title: string, start: readonly TokenId[], vocabulary: ReadonlyMap<TokenId, string>): string {
  const last = start.at(-1);
  if (last === undefined) return title;
  const text = vocabulary.get(last);
  return texts.why.branch.title(title, start.length, text === undefined ? undefined : tokenText(text));
}
