/** What is said if a model of a hub cannot be had. */
export const hubTexts = {
  gated: (repository: string, host: string) =>
    `${repository} is given only to accounts that have accepted its terms, and this page sends no account. Accept them at ${host}/${repository}, download the files there, and open them under “From this device”.`,
  notPublic: (repository: string, host: string) =>
    `There is no public model ${repository} on ${host}. Check the name. If it is private, download its files and open them under “From this device”.`,
  noRevision: (repository: string, host: string, revision: string) =>
    `${repository} on ${host} has no branch, tag or commit “${revision}”.`,
  unreachable: (repository: string, host: string) =>
    `${host} cannot be reached, and ${repository} is not kept in this browser. Check the connection, and try again.`,
};
