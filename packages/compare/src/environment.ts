import type { Environment } from "./report.ts";

/** Describes this machine, as far as the page or process can access it. */
export function describeEnvironment(): Environment {
  const node: NodeJS.Process | undefined = globalThis.process;
  if (node?.versions?.node) {
    const cpus = node.getBuiltinModule("node:os").cpus();
    return {
      runtime: `node ${node.versions.node}`,
      platform: `${node.platform} ${node.arch}`,
      processor: cpus[0]?.model ?? null,
      processors: cpus.length,
    };
  }
  return { runtime: navigator.userAgent, platform: null, processor: null, processors: navigator.hardwareConcurrency };
}
