import type { SceneTexts } from "../../tour/chapter.ts";
import type { LaneFacts } from "../../tour/lane-facts.ts";
import type { ChapterId, SceneId } from "../../tour/scenes.ts";
import { solvesSudoku } from "../../tour/sudoku-scene.ts";
import { format } from "../format.ts";
import { letters } from "../letters.ts";
import type { Texts } from "../texts.ts";

const share = (part: number, whole: number): string => (whole === 0 ? "keine" : format.percent(part / whole));
const nats = ({ nats: value }: LaneFacts): string => (value === undefined ? "–" : format.finest(value));
const listed = (lanes: readonly LaneFacts[], describe: (lane: LaneFacts) => string): string =>
  lanes.map((lane, index) => `${letters[index]} ${describe(lane)}`).join(", ");
const passes = (lane: LaneFacts): string => `${lane.passes}${lane.draftingPasses > 0 ? ` (${lane.draftingPasses} für Entwürfe)` : ""}`;
const compared = (lane: LaneFacts): string => (lane.sameAsFirst ? "denselben Text wie A" : "einen anderen Text");

function solvers(lanes: readonly LaneFacts[]): string {
  const solving = lanes.flatMap((lane, index) => (solvesSudoku(lane) ? [letters[index]!] : []));
  return solving.length === 0 ? "Keine Spur löst es." : `Gelöst von ${solving.join(" und ")}.`;
}

const chapters: Readonly<Record<ChapterId, string>> = {
  tokens: "Von Wahrscheinlichkeiten zu Text",
  sampling: "Der Decoder wählt",
  serial: "Warum es nacheinander geht",
  speculative: "Vorausschreiben, einmal prüfen",
  refinement: "Überall ausfüllen",
  hybrids: "Verfahren verbinden",
  forcing: "Ein Wort erzwingen",
  constraints: "Einer Regel folgen",
  search: "Ganze Texte suchen",
  "your-own": "Jetzt du",
};

const scenes: Readonly<Record<SceneId, SceneTexts>> = {
  tokens: {
    name: "Greedy-Dekodieren",
    paragraphs: [
      "Ein Sprachmodell liest Tokens, Stücke von Wörtern, und gibt jedem Token, das als Nächstes kommen könnte, eine Wahrscheinlichkeit. Mehr tut es nicht. Greedy-Dekodieren nimmt das wahrscheinlichste Token, hängt es an und wiederholt das.",
      "Führt man das Modell einmal aus, ist das ein Durchlauf. Der erste liest den ganzen Prompt auf einmal. Er heißt Prefill, und auf ihn wartet man vor dem ersten Token.",
    ],
    question: "Wie viele Durchläufe des Modells brauchen 40 Tokens?",
    choices: ["1", "10", "40"],
    answer: ([a]) =>
      `${a!.passes} Durchläufe für ${a!.tokens} Tokens. Die ${a!.promptTokens} Tokens des Prompts las ein Durchlauf, der auch das erste neue Token ergab; jedes weitere brauchte einen eigenen.`,
    look: [
      "Gehe mit den Pfeilen unten durch den Lauf: ein Durchlauf, ein Token.",
      "Wähle ein Token, um zu sehen, was das Modell dort sonst hätte schreiben können.",
    ],
    conclusion: "Lesen geht auf einmal, Schreiben nicht: ein Durchlauf für den ganzen Prompt, dann einer für jedes neue Token.",
  },
  sampling: {
    name: "Temperatur",
    paragraphs: [
      "Das Modell liefert Wahrscheinlichkeiten; der Decoder wählt das Token. Eine Temperatur über 1 macht die Verteilung flacher, unter 1 spitzer. Top-p zieht dann nur aus den wahrscheinlichsten Tokens, die zusammen die Wahrscheinlichkeit p erreichen.",
      "Das Ziehen hängt an einem Startwert. Derselbe Startwert ergibt wieder denselben Text.",
    ],
    question: "Welche Spur findet das Modell selbst am wahrscheinlichsten?",
    choices: ["A, greedy", "B, Temperatur 0,8", "C, Temperatur 1,5"],
    answer: (lanes) =>
      `Nats pro Token (kleiner ist wahrscheinlicher): ${listed(lanes, nats)}. Jedes Mal das wahrscheinlichste Token zu nehmen, ergibt den wahrscheinlichsten dieser Texte.`,
    look: [
      "Suche das erste Token, bei dem B von A abweicht, und wähle es: Wie wahrscheinlich war es?",
      "Ändere im Vergleich den Startwert und führe es neu aus: A bleibt, wie es ist, B und C nicht.",
    ],
    conclusion: "Gleiches Modell, andere Regeln, anderer Text. Wahrscheinlich ist nicht dasselbe wie gut.",
  },
  serial: {
    name: "Jacobi-Dekodieren",
    paragraphs: [
      "Token 40 hängt von Token 39 ab, das von Token 38 abhängt. Ein Durchlauf über mehrere Positionen kostet weniger als ebenso viele über eine, aber die späteren Tokens sind noch nicht bekannt.",
      "Spur B versucht es trotzdem: Sie entwirft die nächsten vier Tokens aus den vorigen Vorhersagen des Modells, ohne eigene Entwurfsquelle, und behält die richtigen. Das ist Jacobi-Dekodieren.",
    ],
    question: "Wie viele der Tokens, die B entwirft, werden angenommen?",
    choices: ["fast alle", "etwa die Hälfte", "wenige"],
    answer: ([a, b]) =>
      `${b!.accepted} von ${b!.drafted} (${share(b!.accepted, b!.drafted)}). B brauchte ${b!.passes} Durchläufe für den Text, für den A ${a!.passes} brauchte.`,
    look: [
      "In Spur B zeigen Kerben, wo entworfene Tokens zurückgenommen wurden. Wähle eine, um sie zu lesen.",
      "Der Text ist in beiden Spuren gleich: Ein geprüfter Entwurf kann ihn nicht ändern.",
    ],
    conclusion: "Die Kette der Tokens ist der Engpass, nicht das Rechnen. Um sie zu sprengen, müssen Entwürfe gut sein.",
  },
  speculative: {
    name: "Spekulatives Dekodieren",
    paragraphs: [
      "Spekulatives Dekodieren lässt eine billige Quelle ein paar Tokens entwerfen, und das Modell prüft alle in einem Durchlauf. Tokens, die stimmen, werden angenommen; das erste andere wird durch das eigene des Modells ersetzt, und die übrigen fallen weg.",
      "B lässt das Modell selbst vier Tokens auf einmal entwerfen, als maskiertes Modell. C sucht die letzten Wörter weiter vorn im Text und kopiert, was dort folgte.",
    ],
    question: "Welche Spur braucht die wenigsten Durchläufe des Modells?",
    choices: ["A, greedy", "B, maskierter Entwurf", "C, Kopieren aus dem Text"],
    answer: (lanes) =>
      `${listed(lanes, passes)}. Angenommen wurden ${share(lanes[1]!.accepted, lanes[1]!.drafted)} der Entwürfe von B und ${share(lanes[2]!.accepted, lanes[2]!.drafted)} derer von C. Ob sich das in Zeit lohnt, hängt davon ab, was ein Entwurf hier kostet: Miss diese Spuren.`,
    look: [
      "Gehe in halben Durchläufen: ein gepunkteter Entwurf, dann Linien unter angenommenen und durch verworfene Tokens.",
      "Die Annahme sinkt mit der Stelle im Entwurf: siehe ihr Diagramm.",
    ],
    conclusion:
      "Prüfen lässt den Text gleich. Entwerfen lohnt sich, wenn Entwürfe gut und billig sind: In dieser Geschichte wiederholt sich wenig, darum hilft Kopieren nicht.",
  },
  gap: {
    name: "Eine Geschichte",
    paragraphs: [
      "Verfeinern beginnt mit Masken. Jeder Durchlauf sagt alle auf einmal vorher, und nur die sichersten Positionen werden aufgedeckt; der nächste sieht sie. Die Reihenfolge kommt vom Modell, nicht von links nach rechts.",
      "B schreibt so eine Geschichte, in Blöcken von acht. C füllt eine Lücke von sechzehn Tokens vor einem festen Ende: Es sieht beide Seiten, was kein Decoder kann, der von links nach rechts geht.",
    ],
    question: "Wie viele Durchläufe pro Token braucht Verfeinern bei einer Geschichte, verglichen mit greedy?",
    choices: ["viel weniger", "etwa gleich viele", "viel mehr"],
    answer: ([a, b, c]) =>
      `A ${a!.passes} Durchläufe für ${a!.tokens} Tokens, B ${b!.passes} für ${b!.tokens}, C ${c!.passes} für seine Lücke von ${c!.tokens}. Eine Geschichte kann auf viele Arten weitergehen, darum sind wenige Positionen zugleich sicher.`,
    look: [
      "Gehe durch B: Linien über Tokens zeigen, was jeder Durchlauf aufdeckte, nicht immer von links nach rechts.",
      "Lies in C das Ganze: Prompt, Lücke, Ende. Das Modell findet das Ende nach der Lücke von C wahrscheinlicher als nach ebenso vielen Tokens von A.",
    ],
    conclusion:
      "Verfeinern ordnet nach Sicherheit und sieht beide Seiten. Bei einer Geschichte mit diesem kleinen Modell spart das keine Durchläufe.",
  },
  sudoku: {
    name: "Ein Sudoku",
    paragraphs: [
      "Ein Sudoku hat eine richtige Lösung, und seine erste Zelle kann die letzte sein, die klar wird. Ein zweites kleines Modell löst 6×6-Gitter: 36 Vorgaben, Zeile für Zeile, dann 36 Ziffern.",
      "A schreibt von links nach rechts. B füllt jede Zelle, die zu mindestens 90 % sicher ist, alle auf einmal. C auch, und darf eine Ziffer ändern, wenn eine andere wahrscheinlicher wird.",
    ],
    question: "Welche Spur löst dieses Gitter?",
    choices: ["A, von links nach rechts", "B, die sicheren zuerst", "C, mit Ändern"],
    answer: (lanes) =>
      `${solvers(lanes)} A schrieb ${lanes[0]!.tokens} von 36 Ziffern in ${lanes[0]!.passes} Durchläufen, einige davon falsch; B füllte alle in ${lanes[1]!.passes} Durchläufen, C in ${lanes[2]!.passes} mit ${lanes[2]!.revisions} Änderungen.`,
    look: [
      "Gehe durch B und C: Mehrere Ziffern kommen auf einmal, und nicht von links nach rechts.",
      "In C zeigen doppelte Linien geänderte Ziffern. Wähle eine, um zu sehen, was vorher dort stand.",
    ],
    conclusion:
      "Weniger Durchläufe kosten Richtigkeit: Zellen, die zusammen gefüllt werden, können zusammen falsch sein. Ändern behebt manches.",
  },
  "same-text": {
    name: "Derselbe Text",
    paragraphs: [
      "Eine Mischform verbindet beide Arten zu schreiben. B, der entrauschte Entwurf, füllt sechs Tokens in zwei maskierten Durchläufen und lässt sie vom Modell prüfen. C, der bewertete Baum, entwirft ganz ohne Durchläufe: Jeder Durchlauf sagt auch vorher, was auf andere Tokens folgen kann, und der nächste liest einen Baum solcher Kandidaten.",
      "Beide sind verlustfrei: Sie behalten nur Tokens, die A gewählt hätte.",
    ],
    question: "Welche Spur braucht die wenigsten Durchläufe, Entwürfe mitgezählt?",
    choices: ["A, greedy", "B, entrauschte Entwürfe", "C, bewerteter Baum"],
    answer: (lanes) => `${listed(lanes, passes)}. B schrieb ${compared(lanes[1]!)}, C ${compared(lanes[2]!)}.`,
    look: [
      "B prüft seine Entwürfe in weniger Durchläufen als C, aber Entwerfen kostet weitere Durchläufe desselben Modells.",
      "Die Durchläufe von C lesen viele Kandidaten: „Was geschah, in Worten“ zeigt, wie viele Tokens jeder las.",
    ],
    conclusion: "Prüfen macht einen Entwurf gefahrlos, nicht kostenlos. Durchläufe sind keine Millisekunden: Miss diese Spuren.",
  },
  "another-text": {
    name: "Ein anderer Text",
    paragraphs: [
      "Diese Mischformen sind nicht verlustfrei. B ist wieder der bewertete Baum, der jetzt bis zu zwei Nats an Wahrscheinlichkeit für ein weiteres Token pro Durchlauf aufgibt. C, der Kritiker, füllt acht Tokens auf einmal und nimmt zurück, was das Modell, von links nach rechts gelesen, unwahrscheinlich findet.",
      "D schreibt wie A und sagt dann ein Viertel von je sechzehn Tokens noch einmal vorher, von beiden Seiten. E, die Kaskade, füllt Positionen, bei denen sie mindestens halb sicher ist, und dekodiert sonst von links nach rechts.",
    ],
    question: "Welche Spur wird am Ende wahrscheinlicher als A?",
    choices: ["B oder C, die Durchläufe sparen", "D, die verfeinert", "E, die mischt"],
    answer: (lanes) => `Nats pro Token (kleiner ist wahrscheinlicher): ${listed(lanes, nats)}. Durchläufe: ${listed(lanes, passes)}.`,
    look: [
      "B und C brauchen weniger Durchläufe als A und lesen sich schlechter.",
      "D behält eine Änderung nur, wo sie den Text wahrscheinlicher macht. Es weicht in einem Wort von A ab und brauchte mehr Durchläufe; wähle ein doppelt unterstrichenes Token, um zu sehen, was es ersetzte.",
      "E braucht hier mehr Durchläufe als A: Ein Feld, das selten sicher ist, verschwendet Durchläufe.",
    ],
    conclusion:
      "Ohne Verlustfreiheit ist abzuwägen. Bei diesem Modell kosten weniger Durchläufe Wahrscheinlichkeit, und mehr Durchläufe bringen wenig.",
  },
  monster: {
    name: "Ein Monster",
    paragraphs: [
      "Ein Modell hat keinen Plan. Es setzt fort, was vor ihm steht, von wem es auch kommt. Du kannst ihm also für ein Token den Stift abnehmen.",
      "Spur B ist achtzehn Tokens lang Spur A. Dann, wo A von einem Apfel schreibt, wird das Token „ monster“ erzwungen, und B dekodiert wieder greedy.",
    ],
    question: "Wie geht B weiter?",
    choices: ["zurück zu einem Apfel", "eine Geschichte mit einem Monster"],
    answer: ([, b]) =>
      `${/monster/.test(b!.text.replace("monster", "")) ? "Das Monster kommt wieder vor" : "Das Monster kommt nicht wieder vor"}, und der Apfel ${b!.text.includes("apple") ? "auch" : "ist weg"}.`,
    look: [
      "Beide Spuren sind bis zum erzwungenen Token gleich und gehen danach auseinander.",
      "Wähle das erzwungene Token: Das Modell fand es viel unwahrscheinlicher als seine eigene Wahl und machte trotzdem damit weiter.",
      "Erzwinge selbst ein anderes Wort: Öffne diese Spuren im Vergleich, wähle ein Token und nimm eine seiner Alternativen.",
    ],
    conclusion: "Jedes Token wird einmal gewählt und steht dann fest. Ein anderes Token, und alles danach kann anders werden.",
  },
  fourth: {
    name: "Drei Äpfel und ein vierter",
    paragraphs: [
      "Tom hatte drei Äpfel und gab einen ab. Ein Kind würde sagen: zwei. Spur A schreibt, was das Modell am wahrscheinlichsten findet.",
      "In Spur B wird als nächstes Token „ four“ erzwungen, in Spur C „ no“. Von da an schreibt das Modell weiter.",
    ],
    question: "Was folgt in Spur B auf „four“?",
    choices: ["eine Berichtigung, mit zwei oder drei", "eine Geschichte, in der vier stimmt", "das Ende des Textes"],
    answer: ([, b]) =>
      `B geht weiter mit „${b!.text.trim().split(/(?<=[.!?])\s/)[0]}“ ${/\b(two|three)\b/.test(b!.text) ? "und zählt noch einmal" : "und zählt nie nach"}.`,
    look: [
      "In B ist Mia froh; in C, nach „no“, ist Mia traurig: Ein Token hat die Geschichte gewendet.",
      "Wähle „ four“ oder „ no“, um zu sehen, wie wahrscheinlich das Modell sie fand.",
      "Wähle im Vergleich irgendein Token und erzwinge eine seiner Alternativen.",
    ],
    conclusion:
      "Das Modell passt den Text dem Token an, nicht das Token den Tatsachen. Darum wird ein früher Fehler selten zurückgenommen.",
  },
  letter: {
    name: "Ohne e",
    paragraphs: [
      "Eine Regel sagt, wie ein Text aussehen darf. Vor jeder Wahl wird jedes Token weggenommen, das sie bräche; das Modell wählt unter den übrigen.",
      "Spur B muss ohne den Buchstaben e auskommen. Spur C muss einen von drei Anfängen schreiben. A ist frei.",
    ],
    question: "Wie viele Durchläufe braucht B für ein Token, verglichen mit A?",
    choices: ["gleich viele", "anderthalbmal so viele", "doppelt so viele"],
    answer: ([a, b]) =>
      `A brauchte ${a!.passes} Durchläufe für ${a!.tokens} Tokens, B ${b!.passes} für ${b!.tokens}. Im Text von B steht ${/e/.test(b!.text) ? "ein" : "kein"} e. Nats pro Token (kleiner ist wahrscheinlicher): A ${nats(a!)}, B ${nats(b!)}.`,
    look: [
      "Wähle Tokens von B: Das wahrscheinlichste des Modells ist oft ein anderes, mit einem e.",
      "C hält, wenn seine Wahl fertig ist, und das Modell findet diesen Text viel unwahrscheinlicher als den von A.",
      "Wo C nur auf eine Art weitergehen kann, werden Tokens entworfen und ohne Wahl angenommen: Es brauchte weniger Durchläufe, als es Tokens schrieb.",
    ],
    conclusion:
      "Eine Regel kann die Form eines Textes zusichern. Sie kostet keine Durchläufe, aber der Text kann einer sein, den das Modell nicht schriebe.",
  },
  json: {
    name: "Ein Objekt",
    paragraphs: [
      "Programme wollen Antworten in fester Form. Die Spuren B und C dürfen nur ein JSON-Objekt mit Besitzer, Tier und Größe schreiben, wie ein JSON-Schema es sagt. Das Modell hat immer nur Geschichten gelesen.",
      "B braucht einen Durchlauf pro Token. C entwirft, wobei das Schema keine Wahl lässt, etwa Namen und Klammern, und prüft mehrere dieser Tokens in einem Durchlauf.",
    ],
    question: "Das Objekt von B wird die richtige Form haben. Wird wahr oder falsch sein, was es über Toms Hund sagt?",
    choices: ["wahr", "falsch"],
    answer: ([a, b, c]) =>
      `B schrieb ${b!.text.trim()}. C schrieb ${c!.text === b!.text ? "dasselbe" : "ein anderes Objekt"}, in ${c!.passes} Durchläufen statt ${b!.passes}. A, das frei ist, schrieb ${/^\s*\{/.test(a!.text) ? "auch ein Objekt" : "kein Objekt"}.`,
    look: [
      "Gehe durch C: Klammern, Anführungszeichen und Namen sind entworfene Tokens, mehrere auf einmal angenommen.",
      "Wähle das Tier in B: Wie wahrscheinlich war „dog“?",
    ],
    conclusion:
      "Die Form ist sicher, die Wahrheit nicht: Ein Modell, das eine Antwort nicht weiß, gibt eine falsche in der richtigen Form.",
  },
  search: {
    name: "Strahlsuche",
    paragraphs: [
      "Greedy-Dekodieren sieht nie zurück: Ein wahrscheinliches Token kann in einen unwahrscheinlichen Text führen. Suche vergleicht ganze Texte. B, die Strahlsuche, verfolgt die vier wahrscheinlichsten Anfänge nebeneinander. C zieht acht Texte zufällig und behält den wahrscheinlichsten.",
      "Jeder Anfang und jeder Text kostet eigene Durchläufe.",
    ],
    question: "Welche Spur endet mit dem wahrscheinlichsten Text?",
    choices: ["A, greedy", "B, Strahlsuche", "C, der beste von acht"],
    answer: (lanes) => `Nats pro Token (kleiner ist wahrscheinlicher): ${listed(lanes, nats)}. Durchläufe: ${listed(lanes, passes)}.`,
    look: [
      "B ersetzt Wörter, die schon zu sehen waren: Ein anderer Anfang ging in Führung.",
      "Lies den Text von B: Der wahrscheinlichste der drei sagt dasselbe zweimal.",
      "Der wahrscheinlichste der acht zufälligen Texte von C ist noch immer unwahrscheinlicher als der von A.",
    ],
    conclusion:
      "Suche findet wahrscheinlichere Texte für ein Mehrfaches der Durchläufe. Der wahrscheinlichste Text kann der langweiligste sein.",
  },
};

export const tourTexts: Texts["tour"] = {
  heading: "Tour",
  contents: (chapter, of) => `Kapitel ${chapter} von ${of}`,
  scenes: "Teile dieses Kapitels",
  chapterTitles: chapters,
  sceneTexts: scenes,
  next: "Weiter",
  previous: "Zurück",
  run: "Hier ausführen",
  openInLab: "Im Vergleich öffnen",
  measure: "Messen",

  bet: "Dein Tipp",
  skipBet: "Ohne Tipp weiter",
  covered: "Zu sehen nach deinem Tipp.",
  coveredAll: "Die Spuren sind zu sehen, sobald du getippt hast.",
  waiting: "Sieh den Spuren bis zum Ende zu, dann weißt du es.",
  toTheEnd: "An das Ende",
  verdict: {
    right: (said) => `Du hast gesagt: ${said}. Das stimmt.`,
    wrong: (said, is) => `Du hast gesagt: ${said}. Richtig ist: ${is}.`,
    undecided: (said) => `Du hast gesagt: ${said}. Dieser Lauf entscheidet es nicht.`,
    skipped: (is) => `Richtig ist: ${is}.`,
  },
  look: "Achte auf",
  remember: "Merke",

  ownIntro:
    "Du hast gesehen, was Decoder mit einem kleinen Modell können. Der Vergleich führt jeden davon auf deinem Prompt aus, hier in deinem Browser. Drei Dinge zum Ausprobieren:",
  own: [
    {
      id: "repeat",
      title: "Ein Text, der sich wiederholt",
      text: "Kopieren aus dem Text entwirft ihn gut. Führe beide Spuren aus und vergleiche ihre Durchläufe.",
      action: "Diesen Prompt öffnen",
    },
    {
      id: "rule",
      title: "Eine eigene Regel",
      text: "Öffne die Optionen von Spur B und schreibe eigene Möglichkeiten, einen regulären Ausdruck oder eine Grammatik.",
      action: "Diese Regel öffnen",
    },
    {
      id: "model",
      title: "Ein Modell, das du kennst",
      text: "Wähle unter Einstellungen ein Modell vom Hugging Face Hub oder eigene Dateien. Nichts wird heruntergeladen, bevor du Ausführen drückst.",
      action: "Vergleich öffnen",
    },
  ],
  ownPrompt: "Einen Prompt schreiben",
  ownDecoder: "Oder schreibe einen Decoder:",
};
