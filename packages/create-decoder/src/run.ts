import path from "node:path";
import { parseArgs } from "node:util";
import { type Answers, ask } from "./ask.ts";
import { createPackage } from "./create-package.ts";
import { type Kind, KINDS } from "./kinds.ts";
import { namesOf, problemOf } from "./names.ts";

const USAGE = `npm create @decodekit/decoder [NAME] -- [--kind KIND] [--folder FOLDER] [--yes]

NAME      the package's name on npm: my-decoder, or @me/my-decoder
--kind    ${Object.keys(KINDS).join(", ")}
--folder  where to write it; by default a folder with the name, without its scope
--yes     asks nothing: a decoder, unless --kind says otherwise
`;

/** What the program reads and writes. */
export interface Host {
  readonly cwd: () => string;
  readonly stdin: { readonly isTTY?: boolean };
  readonly stdout: { readonly write: (text: string) => unknown };
  readonly stderr: { readonly write: (text: string) => unknown };
}

/** Runs the command; returns its exit code: 0, 1 if a file could not be written, 2 for a usage error, 130 if the person gave up. */
export async function run(args: readonly string[], host: Host): Promise<number> {
  try {
    const request = read(args);
    if (request.help) {
      host.stdout.write(USAGE);
      return 0;
    }
    const answers = await complete(request, host);
    if (!answers) return 130;
    const folder = path.resolve(host.cwd(), request.folder ?? namesOf(answers.name).kebab);
    const files = await createPackage({ ...answers, folder });
    host.stdout.write(nextSteps(answers, path.relative(host.cwd(), folder) || ".", files.length));
    return 0;
  } catch (error) {
    const isUsage = error instanceof UsageError;
    host.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${isUsage ? `\n${USAGE}` : ""}`);
    return isUsage ? 2 : 1;
  }
}

class UsageError extends Error {}

interface Request extends Partial<Answers> {
  readonly folder: string | undefined;
  readonly yes: boolean;
  readonly help: boolean;
}

/** @throws UsageError for anything that the usage does not have. */
function read(args: readonly string[]): Request {
  const { values, positionals } = parse(args);
  const { kind, folder, yes = false, help = false } = values;
  const [name, ...more] = positionals;
  if (more.length > 0) throw new UsageError(`One name was expected, got ${positionals.join(", ")}.`);
  const problem = name === undefined ? undefined : problemOf(name);
  if (problem) throw new UsageError(`${name} is no name of a package. ${problem}`);
  if (kind !== undefined && !Object.hasOwn(KINDS, kind))
    throw new UsageError(`--kind must be one of ${Object.keys(KINDS).join(", ")}, got ${kind}.`);
  return { folder, yes, help, ...(name !== undefined && { name }), ...(kind !== undefined && { kind: kind as Kind }) };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        kind: { type: "string" },
        folder: { type: "string" },
        yes: { type: "boolean", short: "y" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** Returns what is to be made, asking for what is missing, or undefined if the person gave up. @throws UsageError if nobody can be asked. */
async function complete({ yes, name, kind }: Request, { stdin }: Host): Promise<Answers | undefined> {
  if (name !== undefined && (kind !== undefined || yes)) return { name, kind: kind ?? "decoder" };
  if (yes) throw new UsageError("With --yes, the name must be given.");
  if (!stdin.isTTY) throw new UsageError("Without a terminal to ask in, give a name and --kind, or --yes.");
  return ask({ ...(name !== undefined && { name }), ...(kind !== undefined && { kind }) });
}

function nextSteps({ kind }: Answers, folder: string, files: number): string {
  const bundle =
    kind === "model" ? "" : "  npm run serve      one file for the comparison app, at http://localhost:4180/plugin.bundle.js\n";
  return `
${folder} has ${files} files. Next:

  cd ${folder}
  npm install
  npm test           the tests of the kit
  npm run compare    beside greedy decoding
${bundle}
How to write it: https://github.com/decodekit/decodekit/blob/main/apps/docs/src/content/docs/authors/${kind}.mdx
`;
}
