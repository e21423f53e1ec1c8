import type { PluginOption } from "@decodekit/core";

/** What an option takes, in words that follow "must be": "a number in (0, 1]", "true or false". */
export function describeOption(option: PluginOption): string {
  switch (option.type) {
    case "boolean":
      return "true or false";
    case "string":
      return option.choices ? `one of ${option.choices.join(", ")}` : "a text";
    case "integer":
      return `an integer${interval(option)}`;
    case "number":
      return `a number${interval(option)}`;
    default:
      return option.type satisfies never;
  }
}

function interval({ minimum, maximum, exclusiveMinimum = false }: PluginOption): string {
  if (minimum === undefined) return maximum === undefined ? "" : ` <= ${maximum}`;
  if (maximum === undefined) return ` ${exclusiveMinimum ? ">" : ">="} ${minimum}`;
  return ` in ${exclusiveMinimum ? "(" : "["}${minimum}, ${maximum}]`;
}
