import type { Texts } from "../texts.ts";

export const hubTexts: Texts["hub"] = {
  gated: (repository, host) =>
    `${repository} gibt es nur für Konten, die seinen Bedingungen zugestimmt haben, und diese Seite sendet kein Konto. Stimme ihnen unter ${host}/${repository} zu, lade die Dateien dort herunter und öffne sie unter „Von diesem Gerät“.`,
  notPublic: (repository, host) =>
    `Auf ${host} gibt es kein öffentliches Modell ${repository}. Prüfe den Namen. Ist es privat, lade seine Dateien herunter und öffne sie unter „Von diesem Gerät“.`,
  noRevision: (repository, host, revision) => `${repository} auf ${host} hat keinen Zweig, keine Marke und keinen Commit „${revision}“.`,
  unreachable: (repository, host) =>
    `${host} ist nicht erreichbar, und ${repository} liegt nicht in diesem Browser. Prüfe die Verbindung und versuche es noch einmal.`,
};
