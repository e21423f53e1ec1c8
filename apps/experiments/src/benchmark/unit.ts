// Runs one unit of a benchmark, which its parent sends, and sends back a message for each row.
import { once } from "node:events";
import { runInPage } from "./page/run-in-page.ts";
import { nodePeers, nodePlace } from "./place/node-place.ts";
import type { Row } from "./rows.ts";
import { runSuite, type Unit } from "./suite.ts";
import { allSuites } from "./suites/all-suites.ts";

// Without its parent nobody keeps the rows.
process.on("disconnect", () => process.exit(1));
const [unit] = (await once(process, "message")) as [Unit];
const suite = allSuites.find(({ name }) => name === unit.suite)!;
if (unit.where === "chromium") await runInPage(unit, send);
else for await (const row of runSuite(suite, unit, { place: nodePlace(unit), peers: nodePeers(unit) })) await send(row);
process.exit(0);

function send(row: Row): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send!(row, (error: Error | null) => (error ? reject(error) : resolve()));
  });
}
