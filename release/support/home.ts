import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

/** Makes a home folder whose settings name the registry, for every package manager: a new user, whose caches are empty. */
export async function makeHome(home: string, registry: string): Promise<void> {
  await mkdir(home, { recursive: true });
  const { host } = new URL(registry);
  // Publishing asks for a token; the registry takes any.
  await writeFile(
    path.join(home, ".npmrc"),
    `registry=${registry}\n//${host}/:_authToken=dry-run\naudit=false\nfund=false\nupdate-notifier=false\n`,
  );
  const yarn = [
    `npmRegistryServer: "${registry}"`,
    "unsafeHttpWhitelist: [127.0.0.1]",
    "enableTelemetry: false",
    "enableImmutableInstalls: false",
  ];
  // What was published a moment ago would be refused as too young; yarn, pnpm and Deno each have a setting for that.
  await writeFile(path.join(home, ".yarnrc.yml"), [...yarn, "npmMinimalAgeGate: 0", ""].join("\n"));
}

/** Returns the environment of a program in that home, without settings of npm and of caches that this process inherited. */
export function environmentIn(home: string, programs: readonly string[] = []): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(?:npm_|pnpm_|yarn_|bun_|deno_|xdg_|vite|node_env$|node_options$|ci$|init_cwd$)/iu.test(name),
  );
  return {
    ...Object.fromEntries(kept),
    HOME: home,
    USERPROFILE: home,
    PATH: [...programs, withoutWorkspace(process.env["PATH"] ?? "")].join(path.delimiter),
    NEXT_TELEMETRY_DISABLED: "1",
    DO_NOT_TRACK: "1",
    pnpm_config_minimum_release_age: "0",
  };
}

/** npm puts the programs of the workspace on the path of its scripts; a user does not have them. */
function withoutWorkspace(programs: string): string {
  const folders = programs.split(path.delimiter);
  return folders.filter((folder) => !folder.includes("node_modules") && !folder.includes("node-gyp-bin")).join(path.delimiter);
}
