import type { Bounds } from "../en/options.ts";
import type { Texts } from "../texts.ts";

const options: Texts["options"]["options"] = {
  // Drafting
  drafter: { label: "Entwurfsquelle", help: "Was Tokens vorschlägt, die das Modell prüft" },
  draftLength: { label: "Entwurfslänge", help: "Tokens pro Entwurf; „auto“ findet die auf diesem Gerät schnellste Länge" },
  "denoise-draft.draftLength": { label: "Entwurfslänge", help: "Tokens pro Entwurf" },
  verify: { label: "Prüfung", help: "Wie entschieden wird, welche entworfenen Tokens angenommen werden" },
  natsPerToken: {
    label: "Wahrscheinlichkeit für ein Token",
    help: "Wie viele Nats ein weiteres Token pro Durchlauf kosten darf; 0 ist gewöhnliches Dekodieren",
  },
  nodes: { label: "Kandidaten pro Durchlauf", help: "Tokens, die ein Durchlauf als mögliche Fortsetzungen liest" },
  depth: { label: "Längster Pfad", help: "Höchstzahl der Tokens, die ein Durchlauf hinzufügen kann" },
  branches: { label: "Behaltene Nachfolger", help: "Tokens, die als Nachfolger jedes Tokens gemerkt werden" },
  draftForced: {
    label: "Erzwungenes entwerfen",
    help: "Ob Tokens, bei denen die Regel keine Wahl lässt, entworfen werden; das spart Durchläufe",
  },

  // The rule of a constraint, the gap of an infilling
  kind: { label: "Art der Regel", help: "Wie die Regel geschrieben ist" },
  text: {
    label: "Regel",
    help: "Eine Möglichkeit pro Zeile, ein JSON-Schema, ein regulärer Ausdruck für den ganzen Text oder eine Grammatik in der Schreibweise von llama.cpp (GBNF)",
  },
  after: { label: "Text nach der Lücke", help: "Was auf die Lücke folgt; das Modell sieht es, während es die Lücke füllt" },
  length: { label: "Länge der Lücke", help: "Tokens in der Lücke" },

  // Sampling
  temperature: {
    label: "Temperatur",
    help: "Über 1 werden unwahrscheinliche Tokens öfter gezogen, unter 1 seltener; 0 nimmt immer das wahrscheinlichste",
  },
  p: { label: "Top-p", help: "Zieht nur aus den wahrscheinlichsten Tokens, die zusammen diese Wahrscheinlichkeit haben; 1 behält alle" },
  "typical.p": { label: "Masse", help: "Wahrscheinlichkeit der typischsten Tokens zusammen; 1 behält alle" },
  k: { label: "Top-k", help: "Zahl der wahrscheinlichsten Tokens, aus denen gezogen wird" },
  "contrastive.k": { label: "Kandidaten", help: "Zahl der wahrscheinlichsten Tokens, aus denen gewählt wird" },
  minP: { label: "Min-p", help: "Anteil an der größten Wahrscheinlichkeit, den ein Token haben muss" },
  epsilon: { label: "Kleinste Wahrscheinlichkeit", help: "Tokens unter dieser Wahrscheinlichkeit fallen weg" },
  "top-n-sigma.n": { label: "Standardabweichungen", help: "Wie weit ein Token unter dem größten Logit liegen darf" },
  h: { label: "Anteil der Entropie", help: "Anteil an der Entropie der Zeile, den die behaltenen Tokens zusammen haben dürfen" },
  range: { label: "Spanne der Temperatur", help: "Wie weit die Temperatur mit der Entropie steigt und fällt" },
  exponent: { label: "Exponent", help: "Exponent der Entropie, die zwischen 0 und 1 liegt" },
  probability: { label: "Häufigkeit", help: "Wie oft die ersten Wahlen wegfallen" },
  "xtc.threshold": { label: "Erste Wahl ab", help: "Wahrscheinlichkeit, ab der ein Token eine erste Wahl ist" },
  tau: { label: "Überraschung", help: "Angestrebte Überraschung, in Bit pro Token" },
  "mirostat.eta": { label: "Lernrate", help: "Wie schnell die Grenze der Überraschung folgt" },
  version: { label: "Version", help: "Version des Verfahrens" },
  repetition: {
    label: "Strafe für Wiederholung",
    help: "Durch diese Zahl werden die Logits schon gesehener Tokens geteilt; 1 ändert nichts",
  },
  presence: { label: "Strafe für Vorkommen", help: "Wird von den Logits der Tokens abgezogen, die in der Ausgabe stehen" },
  frequency: { label: "Strafe für Häufigkeit", help: "Wird für jedes Vorkommen in der Ausgabe von den Logits abgezogen" },
  dry: { label: "DRY", help: "Strafe eines Tokens, das eine Wiederholung von 2 Tokens fortsetzt; längere kosten mehr" },
  noRepeatNgram: { label: "Keine gleichen n-Gramme", help: "Länge der n-Gramme, die sich nicht wiederholen dürfen; 0 ist aus" },

  // Sampling like another system
  preset: { label: "System", help: "Das System, dessen Verfahren, Vorgaben und Reihenfolge gelten" },
  "sample.temperature": { label: "Temperatur", help: "Durch diese Zahl werden die Logits geteilt; jedes System hat eine eigene Vorgabe" },
  top_k: { label: "Top-k", help: "Zahl der wahrscheinlichsten Tokens, die bleiben; 0 ist aus" },
  top_p: { label: "Top-p", help: "Wahrscheinlichkeit der wahrscheinlichsten Tokens zusammen" },
  min_p: { label: "Min-p", help: "Anteil an der größten Wahrscheinlichkeit, den ein Token haben muss" },
  top_h: { label: "Top-h", help: "Anteil an der Entropie der Zeile, den die behaltenen Tokens haben dürfen" },
  typical_p: { label: "Typisch", help: "Wahrscheinlichkeit der typischsten Tokens zusammen" },
  epsilon_cutoff: { label: "Epsilon-Grenze", help: "Wahrscheinlichkeit, unter der Tokens wegfallen" },
  eta_cutoff: { label: "Eta-Grenze", help: "Wie die Epsilon-Grenze, und tiefer, wo das Modell unsicher ist" },
  repetition_penalty: { label: "Strafe für Wiederholung", help: "Macht Tokens von Prompt und Ausgabe unwahrscheinlicher" },
  encoder_repetition_penalty: { label: "Bonus des Prompts", help: "Macht Tokens des Prompts wahrscheinlicher" },
  no_repeat_ngram_size: { label: "Keine gleichen n-Gramme", help: "Länge der n-Gramme, die sich nicht wiederholen dürfen; 0 ist aus" },
  encoder_no_repeat_ngram_size: {
    label: "Keine n-Gramme des Prompts",
    help: "Länge der n-Gramme des Prompts, die nicht vorkommen dürfen; 0 ist aus",
  },
  remove_invalid_values: { label: "Ungültige Logits ersetzen", help: "Ob Logits, die unendlich oder keine Zahl sind, ersetzt werden" },
  renormalize_logits: { label: "Normieren", help: "Ob das Ergebnis als Log-Wahrscheinlichkeiten geschrieben wird" },
  dynatemp_range: { label: "Spanne der Temperatur", help: "Wie weit sich die Temperatur mit der Entropie bewegt" },
  dynatemp_exponent: { label: "Exponent der Temperatur", help: "Exponent der Entropie für die Spanne der Temperatur" },
  top_n_sigma: { label: "Top-nσ", help: "Standardabweichungen, die ein Token unter dem größten Logit liegen darf; -1 ist aus" },
  xtc_probability: { label: "XTC-Häufigkeit", help: "Wie oft die ersten Wahlen wegfallen" },
  xtc_threshold: { label: "XTC-Schwelle", help: "Wahrscheinlichkeit, ab der ein Token eine erste Wahl ist" },
  repeat_penalty: { label: "Strafe für Gesehenes", help: "Macht schon gesehene Tokens unwahrscheinlicher" },
  repeat_last_n: { label: "Bestrafte Tokens", help: "Wie viele der letzten Tokens die Strafen zählen; -1 sind alle" },
  presence_penalty: { label: "Strafe für Vorkommen", help: "Wird von den Logits schon gesehener Tokens abgezogen" },
  frequency_penalty: { label: "Strafe für Häufigkeit", help: "Wird für jedes Vorkommen von den Logits abgezogen" },
  dry_multiplier: { label: "DRY", help: "Strafe der kürzesten Wiederholung; 0 ist aus" },
  dry_base: { label: "DRY-Basis", help: "Womit jedes weitere Token die Strafe malnimmt" },
  dry_allowed_length: { label: "DRY-Länge", help: "Länge der kürzesten Wiederholung, die bestraft wird" },
  dry_penalty_last_n: { label: "DRY-Tokens", help: "Wie viele der letzten Tokens nach Wiederholungen durchsucht werden; -1 sind alle" },
  mirostat: { label: "Mirostat", help: "Version von Mirostat, das alle Verfahren außer der Temperatur ersetzt; 0 ist aus" },
  mirostat_tau: { label: "Mirostat-Überraschung", help: "Angestrebte Überraschung, in Bit pro Token" },
  mirostat_eta: { label: "Mirostat-Lernrate", help: "Wie schnell Mirostat folgt" },
  min_keep: { label: "Behaltene Tokens", help: "Mindestzahl der Tokens, die beim Kürzen bleiben" },

  // Search
  beams: { label: "Strahlen", help: "Anfänge eines Textes, die nebeneinander verfolgt werden" },
  lengthPenalty: { label: "Längenstrafe", help: "Über 0 begünstigt lange Texte, unter 0 kurze" },
  earlyStopping: { label: "Früh enden", help: "Wann eine Suche mit genug fertigen Texten endet" },
  groups: { label: "Gruppen", help: "Zahl der Gruppen von Strahlen; sie muss die Zahl der Strahlen teilen" },
  diversityPenalty: {
    label: "Strafe für Gleichheit",
    help: "Was ein Token für jeden Strahl einer früheren Gruppe verliert, der es nahm, in Nats",
  },
  alpha: {
    label: "Gewicht der Ähnlichkeit",
    help: "Wie viel Ähnlichkeit zu früheren Zuständen gegen Wahrscheinlichkeit zählt; 0 ist greedy",
  },
  n: { label: "Stichproben", help: "Zahl der Texte, die gezogen werden" },
  answerTokens: { label: "Antwort", help: "Tokens am Ende eines Textes, die seine Antwort sind; ohne Angabe der ganze Text" },
  "think-first.answerTokens": { label: "Längste Antwort", help: "Höchstzahl der Tokens der Antwort; ohne Angabe alle übrigen" },
  scratchTokens: { label: "Notiztext", help: "Höchstzahl der Tokens des Notiztextes" },
  separator: { label: "Trenner", help: "Token-Nummern zwischen Notiztext und Antwort, mit Leerzeichen dazwischen" },
  scratchTemperature: { label: "Temperatur des Notiztextes", help: "0 nimmt immer das wahrscheinlichste Token" },
  "think-first.temperature": { label: "Temperatur der Antwort", help: "0 nimmt immer das wahrscheinlichste Token" },

  // Refinement
  blockLength: { label: "Blocklänge", help: "Positionen, die zusammen gefüllt werden" },
  steps: { label: "Schritte", help: "Höchstzahl der Vorhersagen pro Block; mehr Schritte, weniger Tokens auf einmal" },
  "denoise-draft.steps": { label: "Durchläufe pro Entwurf", help: "Maskierte Durchläufe, die einen Entwurf füllen" },
  "ar-critic.steps": { label: "Durchläufe pro Füllung", help: "Durchläufe, die einen Block einmal füllen" },
  "ar-then-refine.steps": { label: "Durchläufe pro Änderung", help: "Durchläufe, die einen Block einmal ändern" },
  "confidence-cascade.steps": {
    label: "Durchläufe pro Token",
    help: "Höchstzahl der Durchläufe über das Feld für jedes Token, das von links nach rechts dekodiert wird",
  },
  threshold: { label: "Schwelle der Sicherheit", help: "Sicherheit, ab der eine Position endgültig gefüllt wird" },
  "confidence-cascade.threshold": {
    label: "Schwelle der Sicherheit",
    help: "Wahrscheinlichkeit, ab der das maskierte Modell eine Position füllt",
  },
  factor: { label: "Bewegliche Schwelle", help: "Statt der Schwelle: Je mehr Positionen offen sind, desto sicherer muss eine sein" },
  lowThreshold: {
    label: "Untere Schwelle",
    help: "Sicherheit, ab der die beste Position einer Lücke gefüllt wird; höchstens die Schwelle",
  },
  remaskThreshold: { label: "Schwelle zum Maskieren", help: "Wahrscheinlichkeit, unter der ein Token wieder maskiert wird" },
  revokeThreshold: {
    label: "Schwelle des Zweifels",
    help: "Wahrscheinlichkeit, ohne das Token selbst zu sehen, unter der es wieder maskiert wird",
  },
  editThreshold: { label: "Schwelle zum Ändern", help: "Wahrscheinlichkeit, ab der ein anderes Token das jetzige ersetzt" },
  extraSteps: { label: "Zusätzliche Schritte", help: "Höchstzahl der Schritte, nachdem jede Position gefüllt ist" },
  bound: { label: "Grenze der Entropie", help: "Höchste Entropie, in Nats, der Positionen, die zusammen gefüllt werden" },
  "klass.bound": { label: "Grenze der Änderung", help: "Änderung zwischen Schritten, in Nats, unter der eine Position stabil ist" },
  history: { label: "Stabile Schritte", help: "Schritte hintereinander, in denen eine Position stabil sein muss" },
  remasking: { label: "Reihenfolge", help: "In welcher Reihenfolge Positionen gefüllt werden" },
  algorithm: { label: "Reihenfolge", help: "In welcher Reihenfolge Positionen gefüllt werden" },
  orderTemperature: {
    label: "Temperatur der Reihenfolge",
    help: "Zieht die Positionen nach ihrem Wert; ohne Angabe kommen die besten zuerst",
  },
  variant: { label: "Variante", help: "Welche Tokens wieder maskiert werden" },
  eta: { label: "Stärke des Maskierens", help: "Wie viele Tokens wieder maskiert werden; jede Variante hat eine eigene Vorgabe" },
  timeOn: { label: "Maskieren ab", help: "Zeit, von 1 auf 0 fallend, zu der das Maskieren beginnt" },
  timeOff: { label: "Maskieren bis", help: "Zeit, zu der das Maskieren endet, unter seinem Beginn" },
  alphaOn: { label: "Bekannter Anteil", help: "Anteil des Feldes, der dazwischen bekannt ist" },
  stabilityThreshold: { label: "Stabile Schritte", help: "Schritte mit denselben wahrscheinlichsten Tokens, bevor das Feld früher endet" },
  confidenceThreshold: { label: "Früh enden", help: "Mittlere Entropie, in Nats, unter der das Feld früher enden darf" },
  rounds: { label: "Runden", help: "Wie oft ein Block höchstens gefüllt und bewertet wird" },
  tolerance: { label: "Nachsicht", help: "Tokens, die höchstens so viele Nats kosten, werden nie wieder maskiert" },
  share: { label: "Geänderter Anteil", help: "Anteil eines Blocks, den eine Änderung ersetzt" },
  canvas: {
    label: "Was das Modell sieht",
    help: "Nur den Block oder auch die maskierten Positionen danach; jeder Decoder hat eine eigene Vorgabe",
  },
  original: {
    label: "Blöcke beginnen als",
    help: "Was ein Block vor seinem ersten Durchlauf enthält; eine Kopie des Prompts passt zu Änderungen und wird korrigiert",
  },
  noise: {
    label: "Offene Positionen",
    help: "Was das Modell an einer noch unbekannten Position liest; jeder Decoder hat eine eigene Vorgabe",
  },

  // Cost
  guidanceScale: { label: "Führung", help: "Stärke der „classifier-free guidance“, die die Durchläufe verdoppelt; ohne Angabe keine" },
  rowCost: {
    label: "Kosten eines Kandidaten",
    help: "Was ein weiterer Kandidat zur Zeit eines Durchlaufs hinzufügt, als Teil davon; ohne Angabe wird es gemessen, wenn keine Wahrscheinlichkeit aufgegeben werden darf",
  },
};

const values: Texts["options"]["values"] = {
  drafter: {
    "prompt-lookup": "kopiert aus dem Text",
    suffix: "Suffixe des Textes",
    "draft-model": "Entwurfsmodell",
    "masked-draft": "maskiertes Modell",
    ddtree: "maskiertes Modell, als Baum",
    eagle: "EAGLE-Entwurfskopf",
    "eagle-tree": "EAGLE-Entwurfskopf, als Baum",
    dflash: "DFlash-Entwurfskopf",
    jacobi: "Jacobi-Iteration",
    lookahead: "Lookahead",
    cascade: "Suffixe und Lookahead",
  },
  verify: {
    match: "gleiches Token",
    gumbel: "gleiches Rauschen",
    ratio: "Verhältnis der Wahrscheinlichkeiten",
    block: "Verhältnis, ganze Entwürfe",
    tree: "Baum",
  },
  kind: { choices: "Möglichkeiten", "json-schema": "JSON-Schema", regex: "regulärer Ausdruck", grammar: "Grammatik" },
  preset: { hf: "transformers", "llama-cpp": "llama.cpp", vllm: "vLLM" },
  earlyStopping: { true: "sofort", false: "wenn der beste Strahl nicht besser ist", never: "wenn keiner mehr besser werden kann" },
  canvas: { block: "den Block", remaining: "alles, was übrig ist" },
  original: { prompt: "eine Kopie des Prompts" },
  noise: { absorbing: "das Maskentoken", uniform: "zufällige Tokens" },
  remasking: { "low-confidence": "die sichersten zuerst", random: "zufällig" },
  algorithm: {
    origin: "zufällig",
    "maskgit-plus": "die sichersten zuerst",
    "topk-margin": "größter Vorsprung zuerst",
    entropy: "kleinste Entropie zuerst",
  },
  variant: { cap: "bis zu einer Grenze", rescale: "neu skaliert", confidence: "die unsichersten", loop: "in einer Schleife" },
};

function bounds({ minimum, maximum, exclusiveMinimum = false, exclusiveMaximum = false }: Bounds): string {
  if (minimum !== undefined && maximum !== undefined)
    return ` ${exclusiveMinimum ? "über" : "von"} ${minimum} ${exclusiveMaximum ? "und unter" : "bis"} ${maximum}`;
  if (minimum !== undefined) return exclusiveMinimum ? ` über ${minimum}` : ` ab ${minimum}`;
  if (maximum !== undefined) return exclusiveMaximum ? ` unter ${maximum}` : ` bis ${maximum}`;
  return "";
}

export const optionTexts: Texts["options"] = {
  options,
  values,
  groups: {
    rule: "Regel",
    drafting: "Entwerfen",
    search: "Suche",
    refinement: "Verfeinern",
    sampling: "Ziehen",
    cost: "Kosten",
    other: "Sonstiges",
  },
  more: (count) => `Weitere Optionen (${count})`,
  none: "Dieser Decoder hat keine Optionen.",
  default: "Vorgabe",
  defaultIs: (value) => `Vorgabe: ${value}`,
  defaults: "Vorgaben",
  yes: "ja",
  no: "nein",
  setting: (label, value) => `${label}: ${value}`,
  number: (isWhole, range) => `${isWhole ? "Eine ganze Zahl" : "Eine Zahl"}${bounds(range)}`,
  wrongNumber: (label, range) => `${label}: Gib ${range.charAt(0).toLowerCase()}${range.slice(1)} ein.`,
  wrongChoice: (label, choices) => `${label}: Wähle eines von ${choices.join(", ")}.`,
};
