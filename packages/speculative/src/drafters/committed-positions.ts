import { type DraftHead, type DraftOutcome, DrafterError, type HiddenStates } from "@decodekit/core";
import { concatTokens } from "@decodekit/core/toolkit";

/** What a draft head has to read before its next draft. */
interface UnreadPositions {
  /** The tokens after the positions, shape (n,). */
  readonly tokens: Int32Array;
  /** The target's states at the positions, shape (n, stateSize). */
  readonly states: Float32Array;
}

/** The committed tokens and their states, as the drafter of a head is told of them. */
export interface CommittedPositions {
  /** Number of committed positions of which the states are known. The last committed token comes after them. */
  readonly length: number;
  observe(outcome: DraftOutcome): void;
  /** Returns the positions that were committed since the last call, and forgets them: the caller keeps them until they are read. */
  take(): UnreadPositions;
}

/** Keeps what a drafter observes after `prompt` for a head that reads `stateSize` values of each position. */
export function committedPositions(drafter: string, prompt: Int32Array, { stateSize }: DraftHead): CommittedPositions {
  let length = 0;
  // The states of the prompt come with the first outcome.
  let tokens: Int32Array = prompt.slice(1);
  let parts: HiddenStates[] = [];
  return {
    get length() {
      return length;
    },
    observe({ tokens: committed, layerStates }) {
      tokens = concatTokens(tokens, committed);
      if (layerStates && layerStates.size !== stateSize) {
        const problem = `received hidden states of ${layerStates.size} values where its draft head reads ${stateSize}.`;
        throw new DrafterError(drafter, `${problem} Load the target with this draft head.`);
      }
      if (!layerStates) throw new DrafterError(drafter, "received no hidden states (DraftOutcome.layerStates) of the committed tokens.");
      parts.push(layerStates);
      length += layerStates.values.length / stateSize;
    },
    take() {
      const states = new Float32Array(parts.reduce((sum, { values }) => sum + values.length, 0));
      let end = 0;
      for (const { values } of parts) {
        states.set(values, end);
        end += values.length;
      }
      if (states.length !== tokens.length * stateSize) {
        const problem = `received the hidden states of ${states.length / stateSize} positions where ${tokens.length} were committed.`;
        throw new DrafterError(drafter, problem);
      }
      const taken = { tokens, states };
      tokens = new Int32Array(0);
      parts = [];
      return taken;
    },
  };
}
