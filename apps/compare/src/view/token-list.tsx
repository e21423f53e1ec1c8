import { cluesOf } from "../compare-lanes/sudoku.ts";
import { SudokuSquare } from "./sudoku-square.tsx";
import { type ShownTokens, useTokenView } from "./use-token-view.ts";

interface TokenListProps extends ShownTokens {
  readonly prompt: string;
  /** The text after the gap, in an infilling lane. */
  readonly after: unknown;
}

/** The prompt and tokens of a lane as text; a Sudoku and its answer as one square. */
export function TokenList(props: TokenListProps) {
  const clues = cluesOf(props.prompt);
  return clues === undefined ? <FlowingText {...props} /> : <SudokuSquare {...props} clues={clues} />;
}

function FlowingText({ prompt, after, ...shown }: TokenListProps) {
  return (
    <div class="text" lang="en">
      <span class="prompt">{prompt}</span>
      <div class="tokens" {...useTokenView(shown)} />
      {typeof after === "string" && <span class="prompt"> {after}</span>}
    </div>
  );
}
