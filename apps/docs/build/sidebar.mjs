/** The order of the pages. The reference of the API is added by the build, see `api-reference.mjs`. */
export const sidebar = [
  {
    label: "Start",
    items: [
      "start/first-program",
      "start/decoding",
      "start/choosing",
      { label: "Comparison app", link: "/app/", attrs: { target: "_self" } },
    ],
  },
  {
    label: "Strategies",
    items: [
      "strategies/greedy",
      "strategies/top-p",
      "strategies/samplers",
      "strategies/search",
      "strategies/speculative",
      "strategies/judged-tree",
      "strategies/refinement",
      "strategies/infilling",
      "strategies/hybrids",
    ],
  },
  {
    label: "Guides",
    items: [
      "guides/models",
      "guides/chat",
      "guides/constraints",
      "guides/batches",
      "guides/workers",
      "guides/bundlers",
      "guides/events",
      "guides/measuring",
      "guides/sweeps",
      "guides/command",
    ],
  },
  { label: "Bridges", items: ["bridges/ai-sdk", "bridges/react", "bridges/server", "bridges/remote", "bridges/transformers-js"] },
  { label: "Migrating", autogenerate: { directory: "migrating" } },
  {
    label: "Write your own",
    items: [
      "authors/decoder",
      "authors/drafter",
      "authors/verification-rule",
      "authors/selection",
      "authors/revision",
      "authors/processor",
      "authors/model",
      "authors/publishing",
    ],
  },
  {
    label: "Reference",
    items: [
      "reference/options",
      "reference/errors",
      "reference/glossary",
      { label: "API", collapsed: true, autogenerate: { directory: "reference/api", collapsed: true } },
    ],
  },
];
