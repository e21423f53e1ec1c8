import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestProject } from "vitest/node";
import { commit, copyRepository, withoutProvenance } from "./support/copy-repository.ts";
import { environmentIn, makeHome } from "./support/home.ts";
import { startRegistry } from "./support/registry.ts";
import type { PublishedPackage, Release } from "./support/release.ts";
import { type Place, run, type Server } from "./support/run.ts";
import { reportTimes, timed } from "./support/times.ts";
import { installTools } from "./support/tools.ts";

const root = path.join(import.meta.dirname, "..");

/** Publishes all packages as the next release would, to a registry on this machine. Everything is in a temporary folder, removed at the end. */
export default async function prepare(project: TestProject): Promise<() => Promise<void>> {
  const started = performance.now();
  const work = mkdtempSync(path.join(tmpdir(), "decodekit-release-"));
  let registry: Server | undefined;
  const finish = async (): Promise<void> => {
    await registry?.stop();
    reportTimes(work, (performance.now() - started) / 1000);
    if (process.env["DECODEKIT_RELEASE_KEEP"]) console.log(`Kept: ${work}`);
    else await rm(work, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    const copy = path.join(work, "repository");
    const inCopy = { cwd: copy, env: withPrograms(copy) };
    const [tools] = await Promise.all([timed(work, "install the tools", installTools), makeVersions(work, inCopy)]);
    registry = await startRegistry(path.join(work, "registry"), tools);
    const home = path.join(work, "home");
    await makeHome(home, registry.url);
    await timed(work, "publish", () => publish(inCopy, home));
    const packages = await timed(work, "download the tarballs", () => downloadAll(work, home, copy));
    const release: Release = { work, home, registry: registry.url, copy, tools, packages };
    project.provide("release", release);
    return finish;
  } catch (error) {
    await finish();
    throw error;
  }
}

function withPrograms(copy: string): NodeJS.ProcessEnv {
  const PATH = [path.join(copy, "node_modules/.bin"), process.env["PATH"]].join(path.delimiter);
  return { ...process.env, PATH, TURBO_TELEMETRY_DISABLED: "1", CI: "true" };
}

/** Makes the versions and changelogs of the next release in a copy of the repository, and builds the packages. */
async function makeVersions(work: string, copy: Place): Promise<void> {
  await timed(work, "copy and install the repository", () => copyRepository(root, copy));
  await timed(work, "make the versions", () => run(["npm", "run", "version"], copy));
  await commit("the versions", copy);
  await timed(work, "build", () => run(["turbo", "run", "build", "--filter=./packages/*", "--output-logs=errors-only"], copy));
}

async function publish(copy: Place, home: string): Promise<void> {
  await withoutProvenance(copy);
  await commit("without provenance", copy);
  const { PATH } = copy.env;
  const author = { GIT_COMMITTER_NAME: "dry-run", GIT_COMMITTER_EMAIL: "dry-run@localhost" };
  await run(["changeset", "publish"], { cwd: copy.cwd, env: { ...environmentIn(home), ...author, PATH, CI: "true" } });
}

/** Downloads and unpacks what the registry serves for every folder of `packages`. */
async function downloadAll(work: string, home: string, copy: string): Promise<readonly PublishedPackage[]> {
  const place = { cwd: path.join(work, "tarballs"), env: environmentIn(home) };
  await mkdir(place.cwd);
  const folders = readdirSync(path.join(copy, "packages"));
  const manifests = folders.map((folder) => {
    const text = readFileSync(path.join(copy, "packages", folder, "package.json"), "utf8");
    return JSON.parse(text) as { name: string; version: string };
  });
  await run(["npm", "pack", "--silent", ...manifests.map(({ name, version }) => `${name}@${version}`)], place);
  return Promise.all(
    manifests.map(async ({ name, version }, index) => {
      const tarball = path.join(place.cwd, `${name.replace("@", "").replace("/", "-")}-${version}.tgz`);
      const target = path.join(place.cwd, folders[index]!);
      await mkdir(target);
      await run(["tar", "-xzf", tarball, "-C", target], place);
      return { name, folder: folders[index]!, tarball, files: path.join(target, "package") };
    }),
  );
}
