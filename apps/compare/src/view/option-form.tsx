import { isEffective } from "@decodekit/core/toolkit";
import { type DecoderPlugin, describeOption, type PluginOption, type PluginOptionValues } from "@decodekit/core";
import { useState } from "preact/hooks";
import { makeLane, specificationOf } from "../lab/decoders.ts";
import { describeError } from "../lab/describe-error.ts";
import { texts } from "../texts/en.ts";

interface OptionFormProps {
  readonly plugin: DecoderPlugin;
  /** Options that are set; all others have their defaults. */
  readonly given: PluginOptionValues;
  readonly onApply: (options: PluginOptionValues) => void;
}

/** A form for the options of a plugin. Shows the reason if a value is rejected. */
export function OptionForm({ plugin, given, onApply }: OptionFormProps) {
  const [values, setValues] = useState<Readonly<Record<string, string>>>(() =>
    Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)])),
  );
  const [problem, setProblem] = useState<string>();
  const current = readOptions(plugin, values);
  // Hides options that have no effect beside the other values, unless they are set.
  const entries = Object.entries(plugin.options).filter(([name, option]) => name in current || isEffective(option, current, plugin));

  const apply = (event: Event): void => {
    event.preventDefault();
    try {
      const options = readOptions(plugin, values);
      makeLane(specificationOf(plugin.name, options), [plugin]);
      onApply(options);
    } catch (error) {
      setProblem(describeError(error));
    }
  };

  return (
    <form class="option-form" onSubmit={apply} noValidate>
      <p class="hint">{plugin.description}.</p>
      {entries.length === 0 && <p>{texts.option.none}</p>}
      {entries.map(([name, option]) => (
        <OptionField
          key={name}
          name={name}
          option={option}
          value={values[name] ?? ""}
          onChange={(value) => setValues({ ...values, [name]: value })}
        />
      ))}
      {problem !== undefined && (
        <p class="problem" role="alert">
          {problem}
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

interface OptionFieldProps {
  readonly name: string;
  readonly option: PluginOption;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function OptionField({ name, option, value, onChange }: OptionFieldProps) {
  const id = `option-${name}`;
  const fallback = option.default === undefined ? texts.option.default : `${texts.option.default}: ${String(option.default)}`;
  const choices = option.type === "boolean" ? ["true", "false"] : option.choices;
  const described = { id, "aria-describedby": `${id}-help` };
  return (
    <div class="field">
      <label for={id}>{name}</label>
      {choices ? (
        <select {...described} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
          <option value="">{fallback}</option>
          {choices.map((choice) => (
            <option key={choice} value={choice}>
              {choice}
            </option>
          ))}
        </select>
      ) : (
        <input
          {...described}
          type="text"
          inputMode={option.type === "string" ? "text" : "decimal"}
          value={value}
          placeholder={fallback}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
      <p id={`${id}-help`} class="hint">
        {option.help}
        {!choices && option.type !== "string" && ` (${describeOption(option)})`}
      </p>
    </div>
  );
}

/** Converts values to the types of the options. An invalid number stays text, so that the plugin rejects it by name. */
function readOptions({ options }: DecoderPlugin, values: Readonly<Record<string, string>>): PluginOptionValues {
  const filled = Object.entries(values).filter(([, text]) => text.trim() !== "");
  return Object.fromEntries(
    filled.map(([name, text]) => {
      const type = options[name]?.type;
      if (type === "boolean") return [name, text === "true"];
      const number = Number(text);
      return [name, (type === "number" || type === "integer") && Number.isFinite(number) ? number : text.trim()];
    }),
  );
}
