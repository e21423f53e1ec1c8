import { cluesOf } from "../compare-lanes/sudoku.ts";
import { modelLanguage } from "../lab/model-language.ts";
import { SudokuClues, SudokuSquare } from "./sudoku-square.tsx";
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

/** A prompt before anything was written after it. */
export function PromptText({ prompt }: { readonly prompt: string }) {
  const clues = cluesOf(prompt);
  if (clues !== undefined)
    return (
      <div class="sudoku">
        <SudokuClues clues={clues} />
      </div>
    );
  return (
    <div class="text" dir="auto">
      <span class="prompt">{prompt}</span>
    </div>
  );
}

/** The text has the direction of its script, and the tokens have theirs, whatever the prompt is written in. */
function FlowingText({ prompt, after, ...shown }: TokenListProps) {
  return (
    <div class="text" dir="auto" lang={modelLanguage.value}>
      <span class="prompt">{prompt}</span>
      <div class="tokens" dir="auto" {...useTokenView(shown)} />
      {typeof after === "string" && <span class="prompt"> {after}</span>}
    </div>
  );
}
