import { texts } from "../texts/en.ts";
import { type ShownTokens, useTokenView } from "./use-token-view.ts";

interface TokenListProps extends ShownTokens {
  readonly prompt: string;
  /** The text after the gap, in an infilling lane. */
  readonly after: unknown;
}

/** The prompt and tokens of a lane as text; a Sudoku and its answer as squares. */
export function TokenList(props: TokenListProps) {
  const clues = SUDOKU.exec(props.prompt)?.[1];
  return clues ? <Squares {...props} clues={clues} /> : <FlowingText {...props} />;
}

/** Matches a prompt of the puzzle model: six rows of six cells, and the sign before the answer. */
const SUDOKU = /^([.1-6]{36})=$/;
const SQUARE = { columns: 6, rowsPerBand: 1, row: 1 };

function FlowingText({ prompt, after, ...shown }: TokenListProps) {
  return (
    <div class="text" lang="en">
      <span class="prompt">{prompt}</span>
      <div class="tokens" {...useTokenView(shown)} />
      {typeof after === "string" && <span class="prompt"> {after}</span>}
    </div>
  );
}

function Squares({ clues, ...shown }: ShownTokens & { readonly clues: string }) {
  return (
    <div class="squares">
      <div class="square clues" role="img" aria-label={texts.lane.clues(clues)}>
        {Array.from(clues, (clue, cell) => (
          <span key={cell} class="token">
            {clue === "." ? "" : clue}
          </span>
        ))}
      </div>
      <div class="square tokens" {...useTokenView({ ...shown, grid: SQUARE })} />
    </div>
  );
}
