import type { DecoderPlugin } from "@decodekit/core";
import { optionHelp, optionLabel, optionRange, optionValue } from "../lab/describe-options.ts";
import type { PlacedOption } from "../lab/option-layout.ts";
import { texts } from "../texts/texts.ts";

const t = texts.options;

interface OptionFieldProps {
  readonly plugin: DecoderPlugin;
  readonly placed: PlacedOption;
  /** Empty for the default. */
  readonly value: string;
  readonly problem: string | undefined;
  readonly onChange: (value: string) => void;
}

/** A field of one option, with what it does and which values it can have. */
export function OptionField({ plugin, placed: { name, option, isLong }, value, problem, onChange }: OptionFieldProps) {
  const id = `option-${name}`;
  const choices = option.type === "boolean" ? [true, false] : option.choices;
  const fallback = option.default === undefined ? t.default : t.defaultIs(optionValue(name, option.default));
  const described = { id, "aria-describedby": `${id}-help`, "aria-invalid": problem !== undefined };
  const range = optionRange(option);
  return (
    <div class="field">
      <label for={id}>{optionLabel(plugin.name, name)}</label>
      {choices ? (
        <select {...described} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
          <option value="">{fallback}</option>
          {choices.map((choice) => (
            <option key={String(choice)} value={String(choice)}>
              {optionValue(name, choice)}
            </option>
          ))}
        </select>
      ) : isLong ? (
        <textarea
          {...described}
          dir="auto"
          rows={5}
          spellcheck={false}
          value={value}
          placeholder={String(option.default ?? "")}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      ) : (
        <input
          {...described}
          type="text"
          dir={option.type === "string" ? "auto" : undefined}
          inputMode={option.type === "string" ? "text" : "decimal"}
          value={value}
          placeholder={fallback}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
      <p id={`${id}-help`} class="hint">
        {optionHelp(plugin, name)}
        {range !== "" && ` · ${range}`}
      </p>
      {problem !== undefined && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
