import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { type DecoderPlugin, describeOption } from "@decodekit/core";
import { expect, test } from "vitest";
import { packagesWithOptions, withOptionTable } from "../../../scripts/option-tables.mjs";

const packages = fileURLToPath(new URL("../../../packages/", import.meta.url));

const plugins: Readonly<Record<string, () => Promise<{ readonly default: unknown }>>> = {
  "top-p": () => import("@decodekit/top-p/plugin"),
  samplers: () => import("@decodekit/samplers/plugin"),
  search: () => import("@decodekit/search/plugin"),
  speculative: () => import("@decodekit/speculative/plugin"),
  refinement: () => import("@decodekit/refinement/plugin"),
};

test.each(packagesWithOptions)("the option table in the README of %s is the one of its plugins", async (name) => {
  const readme = readFileSync(path.join(packages, name, "README.md"), "utf8");
  const exported = [(await plugins[name]!()).default].flat() as readonly DecoderPlugin[];
  expect(readme, "run `npm run option-tables`").toBe(withOptionTable(readme, exported, describeOption));
});

/** The literals after `@defaultValue` of each optional member of one source file, and the literal defaults of each option definition. */
function defaultsIn(source: string): { readonly documented: Defaults; readonly defined: Defaults } {
  const literal = String.raw`(?<value>-?[\d.]+(?:e-?\d+)?|"[^"]*"|true|false)`;
  const documented = new RegExp(String.raw`@defaultValue ${literal}(?=\s)(?:(?!\*/)[\s\S])*\*/\s*(?:readonly )?(?<name>\w+)\?:`, "gu");
  const defined = new RegExp(String.raw`(?<![\w.])(?<name>\w+): \{(?:[^{}]|\{[^{}]*\})*?\bdefault: ${literal}`, "gu");
  return { documented: defaultsByName(source.matchAll(documented)), defined: defaultsByName(source.matchAll(defined)) };
}

type Defaults = ReadonlyMap<string, ReadonlySet<string | number>>;

function defaultsByName(matches: Iterable<RegExpMatchArray>): Defaults {
  const defaults = new Map<string, Set<string | number>>();
  for (const { groups } of matches) {
    const { name, value } = groups as { readonly name: string; readonly value: string };
    const values = defaults.get(name) ?? new Set();
    defaults.set(name, values.add(Number.isNaN(Number(value)) ? value : Number(value)));
  }
  return defaults;
}

test("every documented default is the one of the option's definition", () => {
  const files = readdirSync(packages, { recursive: true, encoding: "utf8" }).filter(
    (file) => /^[^/\\]+[/\\]src[/\\].*\.ts$/u.test(file) && !file.endsWith(".test.ts"),
  );
  let compared = 0;
  for (const file of files) {
    const { documented, defined } = defaultsIn(readFileSync(path.join(packages, file), "utf8"));
    for (const [name, values] of defined) {
      if (!documented.has(name)) continue;
      expect([...documented.get(name)!], `${file}: ${name}`).toEqual(expect.arrayContaining([...values]));
      compared += values.size;
    }
  }
  expect(compared).toBeGreaterThan(25);
});
