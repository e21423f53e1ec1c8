import type { TokenId } from "@decodekit/core";
import { texts } from "../../texts/texts.ts";
import type { Trace } from "../../trace/trace.ts";

interface TokenTextProps {
  /** Undefined for a position that is masked. */
  readonly token: TokenId | undefined;
  readonly shown: Trace;
}

/** A token's text with visible spaces. */
export function TokenText({ token, shown }: TokenTextProps) {
  if (token === undefined) return <code>…</code>;
  return isStopToken(shown, token) ? <em>{texts.why.stopToken}</em> : <code>{withSigns(shown.vocabulary.get(token))}</code>;
}

function withSigns(text: string | undefined): string {
  if (text === undefined) return "?";
  return text === "" ? "∅" : text.replaceAll(" ", "␣").replaceAll("\n", "⏎").replaceAll("\t", "⇥");
}

export function isStopToken({ model: { stopTokens = [] } }: Trace, token: TokenId): boolean {
  return stopTokens.includes(token);
}
