/** The engines that a run of the tests is asked for, by names with commas: each takes minutes to build or to install. */
const asked = (process.env["DECODEKIT_ENGINES"] ?? "").split(",");

export type EngineName = "llama-server" | "ray-serve" | "vllm";

/** Whether the tests of an engine are to run. */
export const isAsked = (name: EngineName): boolean => asked.includes(name);
