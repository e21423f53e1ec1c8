import os from "node:os";
import { afterEach, expect, test, vi } from "vitest";
import { describeEnvironment } from "./environment.ts";

afterEach(() => void vi.unstubAllGlobals());

test("in Node tells version, platform and processor", () => {
  const cpus = os.cpus();
  expect(describeEnvironment()).toEqual({
    runtime: `node ${process.versions.node}`,
    platform: `${os.platform()} ${os.arch()}`,
    processor: cpus[0]!.model,
    processors: cpus.length,
  });
});

test("tells no processor where the system names none", () => {
  vi.stubGlobal("process", { versions: { node: "1.2.3" }, platform: "p", arch: "a", getBuiltinModule: () => ({ cpus: () => [] }) });
  expect(describeEnvironment()).toEqual({ runtime: "node 1.2.3", platform: "p a", processor: null, processors: 0 });
});

test.each([undefined, {}, { versions: {} }])("in a browser tells what a page may know, process being %o", (process) => {
  vi.stubGlobal("process", process);
  vi.stubGlobal("navigator", { userAgent: "Browser/1", hardwareConcurrency: 6 });
  expect(describeEnvironment()).toEqual({ runtime: "Browser/1", platform: null, processor: null, processors: 6 });
});
