import { afterAll, beforeAll, expect, test } from "vitest";
import { type QueueForTests, startPostgres } from "../support/postgres-for-tests.ts";
import { expectResults } from "./expect-results.ts";
import { finished, keysIn, run, SMALL, start, testFolder, textOf, undisturbed, writePlan } from "../support/sweep-command.ts";

let postgres: QueueForTests;
beforeAll(async () => (postgres = await startPostgres()));
afterAll(() => postgres.stop());

test("PostgreSQL keeps the first result of each cell, and what differs from it", () => expectResults(postgres.url, "contract"));

// The tests in which machines and databases die are in queue.engine.test.ts.
test("workers of a queue give the bytes of a run on one machine, once", async () => {
  const folder = testFolder();
  writePlan(folder, { ...SMALL, name: "bytes", timing: { baseline: "greedy", rounds: 1 } });
  const queue = ["--queue", postgres.url];
  const submit = (outcomes: string) => ["compare", "plan.json", "--chunk", "3", "--outcomes", outcomes, ...queue];
  const first = start(folder, submit("first.out"));
  const workers = [1, 2].map(() => start(folder, ["worker", "--processes", "1", ...queue]));
  const { stdout } = await finished(first.outcome);
  expect(stdout).toMatch(/^top-p:p=0\.9 +10 +/mu);
  expect(textOf(folder, "first.out")).toBe(await undisturbed(SMALL));
  expect(keysIn(folder, "bytes.jsonl")).toHaveLength(20);
  const again = await finished(run(folder, submit("again.out")));
  expect(again.stderr).toContain("Runs: 20 of 20");
  expect(textOf(folder, "again.out")).toBe(textOf(folder, "first.out"));

  const status = await finished(run(folder, ["status", ...queue]));
  expect(status.stdout).toMatch(/^bytes +\d{4}-\d\d-\d\d \d\d:\d\d +30 of 30 +0 +done +2$/mu);
  await finished(run(folder, ["export", "bytes", "--store", "export.jsonl", "--outcomes", "export.out", ...queue]));
  expect(textOf(folder, "export.out")).toBe(textOf(folder, "first.out"));
  let ran = 0;
  for (const { child, outcome } of workers) {
    child.kill("SIGINT");
    const { exitCode, stderr } = await outcome;
    expect(exitCode).toBe(130);
    expect(stderr).toContain(`Waiting for runs of ${postgres.url.replace(/:[^:@]+@/u, ":***@")}, 1 run at a time.`);
    ran += Number(/(\d+) runs?, 0 failed\.\n$/u.exec(stderr)![1]);
  }
  expect(ran).toBe(30);
});

test("a cancelled plan stops, and goes on when it is tried again", async () => {
  const folder = testFolder();
  // Other seeds than those whose results are there.
  writePlan(folder, { ...SMALL, name: "cancelled", seeds: [7, 8] });
  const queue = ["--queue", postgres.url];
  const submitted = start(folder, ["compare", "plan.json", ...queue]);
  await submitted.said(/Runs: 0 of 20/u);
  await finished(run(folder, ["cancel", "cancelled", ...queue]));
  const { exitCode, stderr } = await submitted.outcome;
  expect(exitCode).toBe(1);
  expect(stderr).toContain("error: cancelled was cancelled. Submit it again to go on: its results so far are kept.");
  // Its jobs are passed over.
  await finished(run(folder, ["worker", "--drain", ...queue]));
  expect((await finished(run(folder, ["status", ...queue]))).stdout).toMatch(/^cancelled .* 0 of 20 +0 +cancelled +0$/mu);
  await finished(run(folder, ["retry", "cancelled", ...queue]));
  await finished(run(folder, ["worker", "--drain", ...queue]));
  expect((await finished(run(folder, ["status", ...queue]))).stdout).toMatch(/^cancelled .* 20 of 20 +0 +done +0$/mu);
});

test("a name that was not submitted, and an address without a database, are errors that say so", async () => {
  const folder = testFolder();
  const unknown = await run(folder, ["cancel", "none", "--queue", postgres.url]);
  expect(unknown.exitCode).toBe(2);
  expect(unknown.stderr).toMatch(/^error: No plan "none" was submitted to postgres:\/\/decodekit:\*\*\*@/u);
  const address = await run(folder, ["status", "--queue", "http://127.0.0.1:1"]);
  expect(address).toMatchObject({ exitCode: 2, stdout: "" });
  expect(address.stderr).toContain("--queue must be a URL such as postgres://user:password@host/database or redis://host:6379");
  const nobody = await run(folder, ["status", "--queue", "postgres://user:secret@127.0.0.1:1/database"]);
  expect(nobody.exitCode).toBe(1);
  expect(nobody.stderr).toMatch(
    /^error: postgres:\/\/user:\*\*\*@127\.0\.0\.1:1\/database cannot be used as a queue: connect ECONNREFUSED/mu,
  );
  expect(nobody.stderr).not.toContain("secret");
});
