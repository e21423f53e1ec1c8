import os from "node:os";
import { afterEach, expect, test, vi } from "vitest";
import { describeEnvironment } from "./environment.ts";

afterEach(() => void vi.unstubAllGlobals());

test("in Node, describes version, platform and processor", () => {
  const cpus = os.cpus();
  expect(describeEnvironment()).toEqual({
    runtime: `node ${process.versions.node}`,
    platform: `${os.platform()} ${os.arch()}`,
    processor: cpus[0]!.model,
    processors: cpus.length,
  });
});

test("has a null processor if the system names none", () => {
  vi.stubGlobal("process", { versions: { node: "1.2.3" }, platform: "p", arch: "a", getBuiltinModule: () => ({ cpus: () => [] }) });
  expect(describeEnvironment()).toEqual({ runtime: "node 1.2.3", platform: "p a", processor: null, processors: 0 });
});

test.each([undefined, {}, { versions: {} }])("in a browser, describes what a page can access, with process %o", (process) => {
  vi.stubGlobal("process", process);
  vi.stubGlobal("navigator", { userAgent: "Browser/1", hardwareConcurrency: 6 });
  expect(describeEnvironment()).toEqual({ runtime: "Browser/1", platform: null, processor: null, processors: 6 });
});
