import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { manifestIn, release, root } from "./support/release.ts";
import { run } from "./support/run.ts";

/** Packages and text of every changeset of the working tree. */
const changesets = readdirSync(path.join(root, ".changeset"))
  .filter((file) => file.endsWith(".md") && file !== "README.md")
  .map((file) => {
    const [, head, text] = /^---\n([^]*?)---\n([^]*)$/u.exec(readFileSync(path.join(root, ".changeset", file), "utf8"))!;
    return { file, packages: [...head!.matchAll(/^["'](.+)["']:/gmu)].map(([, name]) => name!), text: text!.trim() };
  });

/** The version that the changesets lead to: the first release is 0.1.0. */
const { version } = manifestIn(release.packages[0]!.files);

/** Without what formatting changes: spaces, and the widths of the columns of tables. */
const squeezed = (text: string): string => text.replaceAll(/[\s-]+/gu, "");

test("the packages of the working tree were published, and no other", () => {
  expect(release.packages.map(({ folder }) => folder)).toEqual(readdirSync(path.join(root, "packages")));
  const before = manifestIn(path.join(root, "packages/core")).version;
  if (before === "0.0.0") expect(version).toBe("0.1.0");
});

describe.each(release.packages)("$name", ({ name, files }) => {
  test("has the common version", () => expect(manifestIn(files).version).toBe(version));

  test("names decodekit's packages by ranges of that version, and none of the workspace", () => {
    const manifest = manifestIn(files);
    expect(JSON.stringify(manifest)).not.toMatch(/"(?:workspace|catalog|link|file):/u);
    for (const field of ["dependencies", "peerDependencies", "optionalDependencies"]) {
      const ranges = Object.entries((manifest[field] ?? {}) as Record<string, string>);
      for (const [dependency, range] of ranges)
        if (dependency.startsWith("@decodekit/")) expect([dependency, range]).toEqual([dependency, `^${version}`]);
    }
  });

  test("has a changelog with a section of the version and the text of each of its changesets", () => {
    const changelog = readFileSync(path.join(files, "CHANGELOG.md"), "utf8");
    expect(changelog).toMatch(new RegExp(`^# ${name}\n\n## ${version.replaceAll(".", "\\.")}\n`, "u"));
    const own = changesets.filter(({ packages }) => packages.includes(name));
    expect(own.filter(({ text }) => !squeezed(changelog).includes(squeezed(text))).map(({ file }) => file)).toEqual([]);
    expect(changelog.match(/^- Updated dependencies/gmu)?.length ?? 0).toBeLessThanOrEqual(1);
  });
});

test("every package has a tag, name@version", async () => {
  const tags = await run(["git", "tag"], { cwd: release.copy, env: process.env });
  expect(tags.trim().split("\n").toSorted()).toEqual(release.packages.map(({ name }) => `${name}@${version}`).toSorted());
});

test("no changeset is left after the release", () => {
  expect(readdirSync(path.join(release.copy, ".changeset")).filter((file) => file.endsWith(".md"))).toEqual(["README.md"]);
});

test("packages are signed: the manifests ask for provenance, and the release workflow may get the token for it", () => {
  for (const { folder } of release.packages)
    expect(manifestIn(path.join(root, "packages", folder))["publishConfig"]).toEqual({ access: "public", provenance: true });
  const workflow = readFileSync(path.join(root, ".github/workflows/release.yml"), "utf8");
  expect(workflow).toMatch(/^permissions:\n(?: .*\n)* {2}id-token: write$/mu);
});
