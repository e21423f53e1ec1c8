import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const packages = path.join(import.meta.dirname, "../../../packages");

test("all packages share one version, so that the next release of all is one", () => {
  const versions = readdirSync(packages).map((name) => {
    const { version } = JSON.parse(readFileSync(path.join(packages, name, "package.json"), "utf8")) as { version: string };
    return [name, version] as const;
  });
  const [[, common]] = versions as [readonly [string, string]];
  expect(versions.filter(([, version]) => version !== common)).toEqual([]);
});
