import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

/** The last version that runs on Node 20. It is fetched when it is used, because nothing else needs it. */
const LIGHTHOUSE = "lighthouse@12.6.1";
const RUNS = 3;

/** Prints Lighthouse's scores and the metrics behind them: the median run of three on a desktop and on a simulated phone. */
export async function lighthouse({ url, executablePath }) {
  const folder = await mkdtemp(path.join(tmpdir(), "lighthouse-"));
  try {
    for (const device of ["desktop", "phone"]) {
      const reports = [];
      for (let run = 0; run < RUNS; run++)
        reports.push(await report({ url, executablePath, device, file: path.join(folder, `${run}.json`) }));
      const sorted = reports.toSorted((a, b) => a.categories.performance.score - b.categories.performance.score);
      const { categories, audits } = sorted[Math.floor(RUNS / 2)];
      const scores = Object.values(categories).map(({ title, score }) => `${title} ${Math.round(100 * score)}`);
      const metrics = [
        "first-contentful-paint",
        "largest-contentful-paint",
        "total-blocking-time",
        "cumulative-layout-shift",
        "speed-index",
      ];
      console.log(`  ${device}: ${scores.join(", ")}; ${metrics.map((id) => `${audits[id].title} ${audits[id].displayValue}`).join(", ")}`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function report({ url, executablePath, device, file }) {
  const args = ["-y", LIGHTHOUSE, url, "--quiet", "--output=json", `--output-path=${file}`, "--chrome-flags=--headless=new --no-sandbox"];
  args.push("--only-categories=performance,accessibility,best-practices,seo", ...(device === "desktop" ? ["--preset=desktop"] : []));
  await promisify(execFile)("npx", args, { env: { ...process.env, CHROME_PATH: executablePath }, maxBuffer: 2 ** 26 });
  return JSON.parse(await readFile(file, "utf8"));
}
