// The changelog of changesets, but with one line for updated dependencies instead of one for each of their changes.
const { default: usual } = require("@changesets/cli/changelog");

exports.getReleaseLine = usual.getReleaseLine;

exports.getDependencyReleaseLine = async (changesets, dependencies) => {
  if (dependencies.length === 0) return "";
  return ["- Updated dependencies", ...dependencies.map(({ name, newVersion }) => `  - ${name}@${newVersion}`)].join("\n");
};
