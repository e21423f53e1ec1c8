import { type ShownTokens, useTokenView } from "./use-token-view.ts";

interface TokenListProps extends ShownTokens {
  readonly prompt: string;
  /** What stands after the tokens, where a gap is filled. */
  readonly after: unknown;
}

/** Prompt and tokens of a lane, as text. */
export function TokenList({ prompt, after, ...shown }: TokenListProps) {
  return (
    <div class="text" lang="en">
      <span class="prompt">{prompt}</span>
      <div class="tokens" {...useTokenView(shown)} />
      {typeof after === "string" && <span class="prompt"> {after}</span>}
    </div>
  );
}
