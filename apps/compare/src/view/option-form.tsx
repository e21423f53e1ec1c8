import { acceptsValue, type DecoderPlugin, type PluginOptionValues } from "@decodekit/core";
import { useState } from "preact/hooks";
import { makeLane, specificationOf } from "../lab/decoders.ts";
import { describeOptionError, wrongValue } from "../lab/describe-error.ts";
import { type OptionGroup, type PlacedOption, placeOptions } from "../lab/option-layout.ts";
import { texts } from "../texts/texts.ts";
import { OptionField } from "./option-field.tsx";

const t = texts.options;

interface OptionFormProps {
  readonly plugin: DecoderPlugin;
  /** Options that are set; all others have their defaults. */
  readonly given: PluginOptionValues;
  readonly onApply: (options: PluginOptionValues) => void;
}

/** What is wrong, and with which option, if that is known. */
interface Problem {
  readonly option: string | undefined;
  readonly text: string;
}

/** A form for the options of a plugin, the important ones first. Says at the option what is wrong with its value. */
export function OptionForm({ plugin, given, onApply }: OptionFormProps) {
  const [values, setValues] = useState<Readonly<Record<string, string>>>(() =>
    Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)])),
  );
  const [problem, setProblem] = useState<Problem>();
  const placed = placeOptions(plugin, readOptions(plugin, values));
  // A field stays where it is while it is being filled in.
  const [first] = useState(() => new Set(placed.filter(({ isMain }) => isMain).map(({ name }) => name)));
  const isFirst = ({ name, isMain }: PlacedOption): boolean => first.has(name) || (isMain && !(name in values));
  const more = placed.filter((each) => !isFirst(each));

  const apply = (event: Event): void => {
    event.preventDefault();
    const options = readOptions(plugin, values);
    const found = problemIn(plugin, options);
    setProblem(found);
    if (!found) onApply(options);
  };
  const fieldsOf = (options: readonly PlacedOption[]) =>
    groupsIn(options).map(([group, members]) => (
      <fieldset key={group} class="option-group">
        <legend>{t.groups[group]}</legend>
        {members.map((each) => (
          <OptionField
            key={each.name}
            plugin={plugin}
            placed={each}
            value={values[each.name] ?? ""}
            problem={problem?.option === each.name ? problem.text : undefined}
            onChange={(value) => setValues({ ...values, [each.name]: value })}
          />
        ))}
      </fieldset>
    ));

  return (
    <form class="option-form" onSubmit={apply} noValidate>
      <p class="hint">{plugin.description}.</p>
      {placed.length === 0 && <p>{t.none}</p>}
      {fieldsOf(placed.filter(isFirst))}
      {more.length > 0 && (
        <details class="more-options" open={more.some(({ name }) => problem?.option === name) || undefined}>
          <summary>{t.more(more.length)}</summary>
          {fieldsOf(more)}
        </details>
      )}
      {problem && !placed.some(({ name }) => name === problem.option) && (
        <p class="problem" role="alert">
          {problem.text}
        </p>
      )}
      <footer>
        <button type="button" onClick={() => setValues({})}>
          {texts.dialog.reset}
        </button>
        <button type="submit" class="primary">
          {texts.dialog.apply}
        </button>
      </footer>
    </form>
  );
}

function groupsIn(options: readonly PlacedOption[]): (readonly [OptionGroup, readonly PlacedOption[]])[] {
  const groups = [...new Set(options.map(({ group }) => group))];
  return groups.map((group) => [group, options.filter((each) => each.group === group)]);
}

function problemIn(plugin: DecoderPlugin, options: PluginOptionValues): Problem | undefined {
  for (const [name, value] of Object.entries(options)) {
    const option = plugin.options[name]!;
    if (!acceptsValue(option, value)) return { option: name, text: wrongValue(plugin.name, name, option) };
  }
  try {
    makeLane(specificationOf(plugin.name, options), [plugin]);
    return undefined;
  } catch (error) {
    return describeOptionError(error, plugin);
  }
}

/** Converts values to the types of the options. An invalid number stays text, so that it is refused by name. */
function readOptions({ options }: DecoderPlugin, values: Readonly<Record<string, string>>): PluginOptionValues {
  const filled = Object.entries(values).filter(([name, text]) => text.trim() !== "" && name in options);
  return Object.fromEntries(
    filled.map(([name, text]) => {
      const { type } = options[name]!;
      if (type === "boolean") return [name, text === "true"];
      if (type === "string") return [name, text];
      const number = Number(text);
      return [name, Number.isFinite(number) ? number : text.trim()];
    }),
  );
}
