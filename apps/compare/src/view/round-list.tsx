import type { DecodeEvent } from "@decodekit/core";
import { eventsAt } from "../trace/timeline.ts";
import type { LaneState } from "../trace/fold.ts";
import type { LaneTrace, Trace } from "../trace/trace.ts";
import { modelLanguage } from "../lab/model-language.ts";
import { axis, place } from "../lab/state.ts";
import { texts } from "../texts/texts.ts";

interface RoundListProps {
  readonly shown: LaneTrace;
  readonly trace: Trace;
  readonly laneState: LaneState;
}

/** The run as plain text, for readers who cannot see the marks: the text, then one line per pass. */
export function RoundList({ shown, trace, laneState }: RoundListProps) {
  const count = place.value === undefined ? shown.events.length : eventsAt(shown.events, axis.value, place.value);
  const mask = trace.model.maskTokenId;
  const spell = (tokens: Iterable<number>): string =>
    [...tokens].map((token) => (token === mask ? texts.rounds.masked : (trace.vocabulary.get(token) ?? "?"))).join("");
  const rounds = roundsOf(
    shown.events.slice(0, count).map(({ event }) => event),
    spell,
  );
  return (
    <>
      <p class="plain-text" dir="auto" lang={modelLanguage.value}>
        {trace.prompt + spell(laneState.cells.flatMap((cell) => (cell?.isFinal ? [cell.token] : [])))}
      </p>
      <ol class="rounds">
        {rounds.map((round, index) => (
          <li key={index}>{round}</li>
        ))}
      </ol>
    </>
  );
}

function roundsOf(events: readonly DecodeEvent[], spell: (tokens: Iterable<number>) => string): string[] {
  const rounds: string[][] = [];
  let hasPass = true;
  let isFinal = true;
  const begin = (): void => {
    rounds.push([]);
    hasPass = isFinal = false;
  };
  const t = texts.rounds;
  for (const event of events) {
    if (event.type === "forward-end") {
      // A draft made without a model pass goes on the line of the pass that verifies it.
      if (hasPass || isFinal) begin();
      rounds.at(-1)!.push(t.pass(event.phase, event.positions));
      hasPass = true;
    } else if (event.type === "tokens-propose") {
      if (isFinal) begin();
      const first = spell(event.tokens);
      rounds.at(-1)!.push(event.tree ? texts.differ.tree.proposed(event.tree.tokens.length, first) : t.proposed(first));
    } else if (event.type === "tokens-withdraw") rounds.at(-1)?.push(t.withdrawn);
    else if (event.type === "draft-verify") rounds.at(-1)?.push(t.checked(event.accepted, event.drafted));
    else if (event.type === "tokens-commit") {
      rounds.at(-1)?.push(t.final(spell(event.tokens)));
      isFinal = true;
    }
  }
  return rounds.map((parts) => `${parts.join("; ")}.`);
}
