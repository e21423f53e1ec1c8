// npm run prove: sets up what is missing, then proves that every lossless decoder is, and that the proof can fail.
import path from "node:path";
import { pathToFileURL } from "node:url";
import { root, setup } from "./setup.mjs";

setup({ packages: ["experiments..."] });

await import(pathToFileURL(path.join(root, "apps", "experiments", "dist", "losslessness", "prove.js")).href);
