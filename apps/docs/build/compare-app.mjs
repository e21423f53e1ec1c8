import { cp, access } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const built = fileURLToPath(new URL("../../compare/dist", import.meta.url));

/** Adds the built comparison app to the site, in the folder `app`. It finds its files by relative addresses. */
export function compareApp() {
  return {
    name: "compare-app",
    hooks: {
      "astro:build:done": async ({ dir }) => {
        await access(built).catch(() => {
          throw new Error("The comparison app is not built: npx turbo run build --filter=compare-app");
        });
        await cp(built, fileURLToPath(new URL("app/", dir)), { recursive: true });
      },
    },
  };
}
