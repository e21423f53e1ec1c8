import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll } from "vitest";
import { startFakeHub } from "../support/fake-hub.ts";
import { hubCases } from "./hub-cases.ts";

let folder: string;
let caches = 0;
beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), "decodekit-hub-"))));
afterAll(() => rmSync(folder, { recursive: true }));

hubCases({ isNode: true, start: startFakeHub, freshCache: () => path.join(folder, `cache${caches++}`) });
