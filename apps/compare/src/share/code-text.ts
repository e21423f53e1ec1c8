/** A piece of code, and the names that it needs: by package, such as "@decodekit/core". */
export interface Code {
  readonly code: string;
  readonly imports: readonly (readonly [from: string, name: string])[];
}

type Value = string | number | boolean | undefined | Code | readonly Value[];

/** Longest line of a call; longer ones are broken at their arguments. */
const LINE = 100;

/** The code of a value: a literal, or code itself. */
export function codeOf(value: Value): Code {
  if (isList(value)) {
    const items = value.map(codeOf);
    return {
      code: bracketed(
        "[]",
        items.map(({ code }) => code),
        "",
      ),
      imports: items.flatMap(({ imports }) => imports),
    };
  }
  return typeof value === "object" ? value : { code: JSON.stringify(value), imports: [] };
}

/** The code of an object. A property that is undefined is left out; code of `spread` comes first. */
export function objectCode(properties: Readonly<Record<string, Value>>, spread?: Code): Code {
  const entries = Object.entries(properties).flatMap(([name, value]) => (value === undefined ? [] : [[name, codeOf(value)] as const]));
  const parts = [
    ...(spread ? [`...${spread.code}`] : []),
    ...entries.map(([name, { code }]) => (code === name ? name : `${/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name)}: ${code}`)),
  ];
  const imports = [...(spread?.imports ?? []), ...entries.flatMap(([, value]) => value.imports)];
  if (parts.length === 0) return { code: "{}", imports };
  return { code: bracketed("{}", parts, " "), imports };
}

/** The code of a call of a function of a package. Without arguments, and with an object without properties, nothing stands in it. */
export function callCode(from: string, name: string, ...values: readonly Value[]): Code {
  const given = values.map(codeOf).filter(({ code }) => code !== "{}");
  return {
    code: `${name}(${given.map(({ code }) => code).join(", ")})`,
    imports: [[from, name], ...given.flatMap(({ imports }) => imports)],
  };
}

function bracketed([open, close]: string, parts: readonly string[], space: string): string {
  const line = open! + space + parts.join(", ") + space + close!;
  return line.length <= LINE ? line : `${open!}\n${parts.map((part) => `  ${indented(part)},\n`).join("")}${close!}`;
}

function indented(code: string): string {
  return code.replaceAll("\n", "\n  ");
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** Import statements, one per package, sorted. */
export function importsOf(codes: readonly Code[]): string {
  const names = new Map<string, Set<string>>();
  for (const [from, name] of codes.flatMap(({ imports }) => imports)) names.set(from, (names.get(from) ?? new Set<string>()).add(name));
  return [...names]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([from, each]) => `import { ${[...each].toSorted((a, b) => a.localeCompare(b)).join(", ")} } from ${JSON.stringify(from)};`)
    .join("\n");
}
