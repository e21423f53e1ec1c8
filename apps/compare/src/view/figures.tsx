import type { LaneFigures } from "../lab/lane-figures.ts";
import { format, texts } from "../texts/texts.ts";

const t = texts.figures;

interface MainFiguresProps {
  readonly figures: LaneFigures;
  /** The figures at the end of the run: what will be noted has its line from the start, so that nothing moves. */
  readonly final: LaneFigures;
}

/** The three figures of a lane that are always shown. */
export function MainFigures({ figures, final }: MainFiguresProps) {
  const { passes, draftingPasses, draftModelPasses, perPass, tokensPerSecond } = figures;
  const notes = [
    ...(final.draftingPasses > 0 ? [t.drafting(draftingPasses)] : []),
    ...(final.draftModelPasses > 0 ? [t.ofDraftModel(draftModelPasses)] : []),
  ];
  return (
    <dl class="figures">
      <Figure name="passes" value={format.integer(passes)} note={notes.length > 0 ? notes.join(", ") : undefined} />
      <Figure name="perPass" value={perPass === undefined ? t.none : format.fine(perPass)} />
      <Figure name="perSecond" value={tokensPerSecond === undefined ? t.none : format.integer(Math.round(tokensPerSecond))} />
    </dl>
  );
}

/** The figures of a lane that are shown on demand. */
export function MoreFigures({ figures }: { readonly figures: LaneFigures }) {
  const { tokens, acceptance, revisions, firstTokenMilliseconds, nats } = figures;
  return (
    <dl class="figures">
      <Figure name="tokens" value={format.integer(tokens)} explains />
      {acceptance !== undefined && <Figure name="accepted" value={format.percent(acceptance)} explains />}
      {revisions > 0 && <Figure name="revisions" value={format.integer(revisions)} explains />}
      <Figure
        name="firstToken"
        value={firstTokenMilliseconds === undefined ? t.none : format.milliseconds(firstTokenMilliseconds)}
        explains
      />
      <Figure name="nats" value={nats === undefined ? t.none : format.fine(nats)} explains />
    </dl>
  );
}

interface FigureProps {
  readonly name: keyof typeof texts.figures.help;
  readonly value: string;
  readonly note?: string | undefined;
  /** Whether what the figure means is written below it. */
  readonly explains?: boolean;
}

function Figure({ name, value, note, explains = false }: FigureProps) {
  return (
    <div data-figure={name}>
      <dt>{t[name]}</dt>
      <dd>
        {value}
        {explains && <small class="help">{t.help[name]}</small>}
      </dd>
      {note !== undefined && <dd class="note">{note}</dd>}
    </div>
  );
}
