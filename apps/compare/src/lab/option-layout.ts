import type { DecoderPlugin, PluginOption, PluginOptionValues } from "@decodekit/core";
import { isEffective } from "@decodekit/core/toolkit";
import type { optionTexts } from "../texts/en/options.ts";

export type OptionGroup = keyof typeof optionTexts.groups;

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** The options of the built-in decoders by group, the most important first. Those of other decoders come last. */
const groups: Readonly<Record<Exclude<OptionGroup, "other">, readonly string[]>> = {
  rule: words("kind text after length"),
  drafting: words("drafter draftLength natsPerToken draftForced verify nodes depth branches"),
  search: words(`
    beams n k alpha lengthPenalty earlyStopping groups diversityPenalty scratchTokens answerTokens separator
    scratchTemperature
  `),
  refinement: words(`
    blockLength threshold bound share rounds steps editThreshold remasking algorithm variant revokeThreshold
    tolerance lowThreshold remaskThreshold history factor extraSteps eta timeOn timeOff alphaOn stabilityThreshold
    confidenceThreshold orderTemperature original canvas noise
  `),
  sampling: words(`
    preset temperature p k minP epsilon n h probability threshold tau range exponent eta version repetition
    presence frequency dry noRepeatNgram top_p top_k min_p repetition_penalty repeat_penalty typical_p top_n_sigma
    top_h xtc_probability xtc_threshold dry_multiplier dry_base dry_allowed_length dry_penalty_last_n mirostat
    mirostat_tau mirostat_eta presence_penalty frequency_penalty repeat_last_n no_repeat_ngram_size dynatemp_range
    dynatemp_exponent epsilon_cutoff eta_cutoff encoder_repetition_penalty encoder_no_repeat_ngram_size
    remove_invalid_values renormalize_logits min_keep
  `),
  cost: words("guidanceScale rowCost"),
};

/** Decoders whose options of these names belong to sampling, not to search or refinement. */
const SAMPLERS: ReadonlySet<string> = new Set(["top-k", "top-n-sigma", "xtc", "mirostat"]);

/** Options that are shown at once; the others are behind "More options". */
const MAIN: ReadonlySet<string> = new Set(
  words(`
    kind text after length drafter draftLength natsPerToken draftForced beams n k alpha scratchTokens answerTokens
    blockLength threshold bound share rounds editThreshold steps preset temperature p minP epsilon h probability
    tau range repetition top_p top_k
  `),
);

/** Options whose value can have several lines. */
const LONG: ReadonlySet<string> = new Set(["text"]);

/** An option of a decoder, and where a form shows it. */
export interface PlacedOption {
  readonly name: string;
  readonly option: PluginOption;
  readonly group: OptionGroup;
  /** Whether it is shown at once. */
  readonly isMain: boolean;
  readonly isLong: boolean;
}

function placeOf(plugin: string, name: string): { readonly group: OptionGroup; readonly rank: number } {
  const order = SAMPLERS.has(plugin) ? (["sampling"] as const) : (Object.keys(groups) as (keyof typeof groups)[]);
  const group = order.find((each) => groups[each].includes(name));
  return group ? { group, rank: groups[group].indexOf(name) } : { group: "other", rank: Infinity };
}

/**
 * Returns the options of a decoder that have an effect beside `values`, and those that `values` sets, in the order in which a form shows
 * them: by group, and within it the most important first. A decoder with few options, or of another author, shows them all at once.
 */
export function placeOptions(plugin: DecoderPlugin, values: PluginOptionValues): readonly PlacedOption[] {
  const shown = Object.entries(plugin.options).filter(([name, option]) => name in values || isEffective(option, values, plugin));
  const showsAll = shown.length <= 4 || shown.every(([name]) => !MAIN.has(name));
  const order = [...Object.keys(groups), "other"];
  return shown
    .map(([name, option]) => ({ name, option, place: placeOf(plugin.name, name) }))
    .toSorted(
      (a, b) =>
        order.indexOf(a.place.group) - order.indexOf(b.place.group) || (a.place.rank === b.place.rank ? 0 : a.place.rank - b.place.rank),
    )
    .map(({ name, option, place: { group } }) => ({
      name,
      option,
      group,
      isMain: showsAll || name in values || MAIN.has(name),
      isLong: option.type === "string" && !option.choices && (LONG.has(name) || String(values[name] ?? "").includes("\n")),
    }));
}
