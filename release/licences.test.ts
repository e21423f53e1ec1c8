import path from "node:path";
import { describe, expect, test } from "vitest";
import licences from "./licences.json" with { type: "json" };
import { productionDependencies } from "./support/production-dependencies.ts";
import { release } from "./support/release.ts";

/** Licences that everyone may use, change and pass on under, and packages that may have another one: why. */
const { allowed, exceptions }: { readonly allowed: readonly string[]; readonly exceptions: Readonly<Record<string, string>> } = licences;

const ofPackage = (folder: string) => productionDependencies(path.join(release.copy, "packages", folder));

describe.each(release.packages)("everything that is installed with $name", ({ folder }) => {
  test("has a licence that is allowed", () => {
    const others = ofPackage(folder).filter(({ name, licence }) => !isAllowed(licence) && !exceptions[name]);
    expect(others).toEqual([]);
  });
});

test("every exception has a reason and is needed", () => {
  const used = new Set(
    release.packages.flatMap(({ folder }) => ofPackage(folder).filter(({ licence }) => !isAllowed(licence))).map(({ name }) => name),
  );
  for (const [name, reason] of Object.entries(exceptions)) expect([name, used.has(name), reason.length > 20]).toEqual([name, true, true]);
});

test.each([
  ["MIT", true],
  ["(AFL-2.1 OR BSD-3-Clause)", true],
  ["MIT AND GPL-3.0-only", false],
  ["GPL-3.0-only", false],
  ["unknown", false],
])("%s is allowed: %s", (licence, expected) => expect(isAllowed(licence)).toBe(expected));

/** Whether a licence, or one of those that a package offers, is in the list. Anything more complicated needs an exception. */
function isAllowed(licence: string): boolean {
  return licence
    .replaceAll(/^\(|\)$/gu, "")
    .split(" OR ")
    .some((each) => allowed.includes(each));
}
