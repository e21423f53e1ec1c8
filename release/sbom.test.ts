import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { productionDependencies } from "./support/production-dependencies.ts";
import { manifestIn, release, root } from "./support/release.ts";
import { run } from "./support/run.ts";

// pnpm reads the lockfile, so that the versions are those that were tested. npm's own command needs an installation, refuses names of
// several packages at once, and writes the address of the registry that it used.
const out = path.resolve(root, process.env["DECODEKIT_RELEASE_OUT"] ?? "release/out");

beforeAll(async () => {
  mkdirSync(out, { recursive: true });
  const names = release.packages.flatMap(({ name }) => ["--filter", name]);
  const format = ["--sbom-format", "cyclonedx", "--sbom-spec-version", "1.6", "--sbom-authors", "The decodekit authors"];
  const pnpm = path.join(root, "node_modules/.bin/pnpm");
  await run([pnpm, ...names, "sbom", "--prod", "--exclude-peers", "--split", ...format, "--out", path.join(out, "%s.cdx.json")], {
    cwd: release.copy,
    env: process.env,
  });
});

interface Sbom {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly metadata: { readonly component: { readonly purl: string; readonly version: string } };
  readonly components?: readonly { readonly purl: string; readonly licenses?: readonly unknown[] }[];
}

const purl = (name: string, version: string): string => `pkg:npm/${name.replace("@", "%40")}@${version}`;

describe.each(release.packages)("the bill of materials of $name", ({ name, folder, files }) => {
  const read = (): Sbom => JSON.parse(readFileSync(path.join(out, `${name.replace("@", "").replace("/", "-")}.cdx.json`), "utf8")) as Sbom;

  test("is of the published package, in CycloneDX", () => {
    const { version } = manifestIn(files);
    expect(read()).toMatchObject({
      bomFormat: "CycloneDX",
      specVersion: "1.6",
      metadata: { component: { purl: purl(name, version), version } },
    });
  });

  test("has everything that is installed with it, with its licence", () => {
    const { components = [] } = read();
    const expected = productionDependencies(path.join(release.copy, "packages", folder)).map((each) => purl(each.name, each.version));
    expect(components.map((each) => each.purl).toSorted()).toEqual(expected.toSorted());
    expect(components.filter(({ licenses }) => !licenses?.length)).toEqual([]);
  });
});
