import { type Kind, STRATEGY_OF } from "./kinds.ts";
import type { Names } from "./names.ts";

/** Versions of the tools that a package is built and tested with. */
const TOOLS = { typescript: "^7.0.2", vite: "^8.3.8", vitest: "^4.1.12", "@types/node": "^20.19.0" } as const;

/** Prompts on which a kind shows what it does: a drafter of repeats needs a text that repeats. */
const PROMPT_OF: Readonly<Partial<Record<Kind, string>>> = { drafter: ' --prompt "Tom had a red ball. Tom had a red ball. Tom had"' };

/** Returns the package.json of a package; `range` is the range of decodekit's packages, such as "^0.1.0". */
export function manifestOf(kind: Kind, { package: name, kebab }: Names, range: string): Readonly<Record<string, unknown>> {
  const strategy = STRATEGY_OF[kind];
  const hasPlugin = kind !== "model";
  const used = ["@decodekit/core", ...(strategy ? [strategy] : [])];
  const development = [
    "@decodekit/compare",
    "@decodekit/conformance",
    ...used,
    ...(kind === "processor" ? ["@decodekit/speculative"] : []),
  ];
  return {
    name,
    version: "0.1.0",
    description: `A ${kind} for decodekit`,
    keywords: ["decodekit", "decoding", "language-model", kind],
    license: "MIT",
    type: "module",
    sideEffects: false,
    files: ["dist", "src", "!src/**/*.test.ts"],
    exports: {
      ".": entry("index"),
      ...(hasPlugin && { "./plugin": entry("plugin") }),
      "./package.json": "./package.json",
    },
    scripts: {
      build: "tsc -p tsconfig.build.json",
      check: "tsc --noEmit",
      test: "vitest run",
      compare: hasPlugin
        ? `npm run build && decodekit compare --plugin ./dist/plugin.js --decoder greedy --decoder ${kebab} --max-new-tokens 32${PROMPT_OF[kind] ?? ""}`
        : "npm run build && node compare.js",
      ...(hasPlugin && { bundle: "vite build", serve: "npm run bundle && vite preview" }),
      prepack: "npm run build",
    },
    peerDependencies: ranges(used, range),
    devDependencies: { ...ranges(development.toSorted(), range), ...TOOLS },
    engines: { node: ">=20.19" },
  };
}

function entry(name: string): Readonly<Record<string, string>> {
  return { types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` };
}

function ranges(names: readonly string[], range: string): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, range]));
}
