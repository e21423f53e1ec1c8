import type { ModelStore } from "@decodekit/core/onnx";
import type { LocalModel } from "./local-files.ts";

/**
 * Returns a store of local files, for `loadModel`. A file is found by its path. If all files lie in one folder, as those do that are picked
 * one by one, it is found by its name.
 */
export function localStore({ name, files }: LocalModel): ModelStore {
  const isFlat = files.every(({ path }) => !path.includes("/"));
  const find = (path: string): File | undefined => {
    const wanted = isFlat ? path.slice(path.lastIndexOf("/") + 1) : path;
    return files.find((each) => each.path === wanted)?.file;
  };
  return {
    name,
    describe: (path) => `${name}/${path}`,
    async open(path) {
      const file = find(path);
      return file ? { bytes: file.size, blob: file, stream: () => file.stream() } : { absent: "is not among the files" };
    },
  };
}
