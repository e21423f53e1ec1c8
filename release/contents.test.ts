import { readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { manifestIn, release, root } from "./support/release.ts";

const TEXT = /\.(?:js|ts|json|md|map|html)$/u;

describe.each(release.packages)("the tarball of $name", ({ name, folder, files }) => {
  const all = readdirSync(files, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(files, path.join(entry.parentPath, entry.name)).split(path.sep).join("/"));
  const read = (file: string): string => readFileSync(path.join(files, file), "utf8");

  test("has what a reader looks for, and programs with their types", () => {
    expect(all).toEqual(
      expect.arrayContaining(["CHANGELOG.md", "LICENSE", "README.md", "package.json", "dist/index.d.ts", "dist/index.js"]),
    );
    expect(read("LICENSE")).toBe(readFileSync(path.join(root, "LICENSE"), "utf8"));
    const programs = all.filter((file) => /^dist\/.*\.js$/u.test(file));
    expect(programs.filter((file) => !all.includes(file.replace(/\.js$/u, ".d.ts")))).toEqual([]);
  });

  test("has only known folders, and no tests beside those of the templates", () => {
    const places = new Set(all.map((file) => file.split("/")[0]!));
    const known = new Set(["CHANGELOG.md", "LICENSE", "README.md", "dist", "golden", "models", "package.json", "src", "template"]);
    expect([...places].filter((place) => !known.has(place))).toEqual([]);
    const tests = all.filter((file) => /\.test(?:-d)?\.|-for-tests\.|__|\/golden\/.*transformers|tsbuildinfo|\.env|\.DS_Store/u.test(file));
    expect(tests.filter((file) => !file.startsWith("template/"))).toEqual([]);
  });

  test("names no path or host of the machine that made it", () => {
    const own = [root, release.work, release.copy, homedir(), new URL(release.registry).host].filter((text) => text.length > 6);
    const found = all.filter((file) => TEXT.test(file)).filter((file) => own.some((text) => read(file).includes(text)));
    expect(found).toEqual([]);
  });

  test("has source maps of files that it has", () => {
    const maps = all.filter((file) => file.endsWith(".map"));
    const missing = maps.flatMap((file) => {
      const { sources } = JSON.parse(read(file)) as { sources: readonly string[] };
      return sources
        .filter((source) => !all.includes(path.posix.join(path.posix.dirname(file), source)))
        .map((source) => `${file}: ${source}`);
    });
    expect(missing).toEqual([]);
    const named = all
      .filter((file) => /^dist\/.*\.(?:js|d\.ts)$/u.test(file))
      .flatMap((file) => {
        const map = /^\/\/# sourceMappingURL=(.+)$/mu.exec(read(file))?.[1];
        return map ? [path.posix.join(path.posix.dirname(file), map)] : [];
      });
    expect(named.filter((file) => !all.includes(file))).toEqual([]);
  });

  test("has the target of every export and program", () => {
    const { exports, imports, bin } = manifestIn(files);
    const targets = [exports, imports, bin].flatMap(stringsIn).map((target) => target.replace(/^\.\//u, ""));
    expect(targets.length).toBeGreaterThan(2);
    expect(targets.filter((target) => !all.includes(target))).toEqual([]);
  });

  test("says in its manifest what it is, whose it is and where it comes from", () => {
    expect(manifestIn(files)).toMatchObject({
      name,
      description: expect.stringMatching(/^.{20,150}$/u) as string,
      keywords: expect.arrayContaining(["language-model"]) as string[],
      license: "MIT",
      author: "The decodekit authors",
      homepage: `https://github.com/decodekit/decodekit/tree/main/packages/${folder}#readme`,
      bugs: { url: "https://github.com/decodekit/decodekit/issues" },
      repository: { type: "git", url: "git+https://github.com/decodekit/decodekit.git", directory: `packages/${folder}` },
      engines: { node: ">=20.19" },
      publishConfig: { access: "public" },
    });
  });
});

/** All texts in a value of JSON. */
function stringsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}
