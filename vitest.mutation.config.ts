import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { configDefaults, defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

// The tests of a mutation run (scripts/mutation.mjs). They run in a copy of the repository, whose node_modules still lead to the
// original packages: so each package's name is resolved to the copy, where the mutants are.
const conditions = ["@decodekit/source"];
const alias = sourceEntries();

/** The run of a mutant ends at the first test that fails: small files come first, which are mostly the quick ones. */
class SmallFilesFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sizeOf = ({ moduleId }: TestSpecification): number => statSync(moduleId).size;
    return Promise.resolve(files.toSorted((a, b) => sizeOf(a) - sizeOf(b)));
  }
}

export default defineConfig({
  resolve: { conditions, alias },
  ssr: { resolve: { conditions } },
  test: {
    include: (process.env.MUTATION_TESTS ?? "packages/*/src/**/*.test.ts").split(","),
    exclude: [...configDefaults.exclude, "**/*.browser.test.ts"],
    testTimeout: 60_000,
    // A new module graph for every file and mutant would take most of the time.
    isolate: false,
    sequence: { sequencer: SmallFilesFirst },
  },
});

/** The source of every entry of every package, by the name under which it is imported. */
function sourceEntries(): { find: RegExp; replacement: string }[] {
  const packages = path.join(import.meta.dirname, "packages");
  return readdirSync(packages).flatMap((folder) => {
    const { name, exports } = JSON.parse(readFileSync(path.join(packages, folder, "package.json"), "utf8")) as {
      readonly name: string;
      readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
    };
    return Object.entries(exports).flatMap(([entry, target]) => {
      const source = typeof target === "string" ? undefined : target["@decodekit/source"];
      return source === undefined
        ? []
        : [{ find: new RegExp(`^${name}${entry.slice(1)}$`), replacement: path.join(packages, folder, source) }];
    });
  });
}
