import { InvalidOptionError, type PluginOptionValues } from "@decodekit/core";

/** A decoder and its options as one line, for example `top-p:p=0.9,temperature=0.8`. The options are not checked. */
export interface Specification {
  readonly name: string;
  /** In their order; the text of an option without "=" is undefined. */
  readonly options: readonly (readonly [option: string, text: string | undefined])[];
}

/**
 * Splits a specification into its parts. Spaces around a part do not count. A value that begins with a quotation mark is a JSON string, which
 * may contain commas and, escaped, line breaks.
 * @throws InvalidOptionError for a quoted value that is no JSON string, or that something follows.
 */
export function readSpecification(specification: string): Specification {
  const colon = specification.indexOf(":");
  const name = (colon < 0 ? specification : specification.slice(0, colon)).trim();
  const rest = colon < 0 ? "" : specification.slice(colon + 1);
  const options: [string, string | undefined][] = [];
  const part = /\s*([^,=]*)(=\s*)?/uy;
  for (let at = 0; at < rest.length; at++) {
    part.lastIndex = at;
    const [matched, key = "", equals] = part.exec(rest)!;
    at += matched.length;
    const option = key.trim();
    if (equals === undefined) {
      if (option !== "") options.push([option, undefined]);
      continue;
    }
    const quoted = rest[at] === '"';
    const value = quoted ? quotedValue(name, option, rest.slice(at)) : rest.slice(at).split(",", 1)[0]!;
    at += value.length;
    options.push([option, quoted ? (JSON.parse(value) as string) : value.trim()]);
  }
  return { name, options };
}

/** Returns the JSON string at the beginning of `text`, with the spaces after it. */
function quotedValue(where: string, option: string, text: string): string {
  const [value] = /^"(?:[^"\\]|\\.)*"\s*(?=,|$)/su.exec(text) ?? [];
  try {
    if (value !== undefined && typeof JSON.parse(value) === "string") return value;
  } catch {
    // Not JSON.
  }
  const expected = 'a JSON string with a comma or nothing after it, since it begins with a quotation mark, for example "a, b"';
  throw new InvalidOptionError({ where, option, expected, actual: text });
}

/** Writes a decoder as `parseDecoder` reads it: its name, and the options if there are any. */
export function writeSpecification(name: string, options: PluginOptionValues): string {
  const written = Object.entries(options).map(([option, value]) => `${option}=${needsQuotes(value) ? JSON.stringify(value) : value}`);
  return written.length > 0 ? `${name}:${written.join(",")}` : name;
}

function needsQuotes(value: PluginOptionValues[string]): boolean {
  return typeof value === "string" && (value.startsWith('"') || value !== value.trim() || /[,\p{Cc}]/u.test(value));
}
