import type { WelcomeSceneName } from "../../welcome/welcome-scenes.ts";

const candidates = (count: number): string => `${count} ${count === 1 ? "candidate" : "candidates"}`;

export const differTexts = {
  /** Added to what is said of a token. */
  differs: "differs from the other lanes",
  conflict: "in conflict",
  clue: "clue",
  legend: { differs: "differs from other lanes", conflict: "in conflict with another" },

  tree: {
    heading: "The candidates that were read here",
    read: (count: number, pass: number) => `Pass ${pass} read a tree of ${candidates(count)}. Accepted ones are bold.`,
    unread: (count: number) => `The next pass will read a tree of ${candidates(count)}.`,
    accepted: "accepted",
    next: (token: string) => `Then the model's own token: ${token}`,
    proposed: (count: number, first: string) => `proposed ${candidates(count)}, first “${first}”`,
  },

  welcome: {
    heading: "Recorded examples",
    scenes: { edit: "An edit", gap: "A gap", story: "A story" } satisfies Readonly<Record<WelcomeSceneName, string>>,
    notes: {
      edit: "The model repeats the prompt with another name. Drafts are copied from the prompt, and a pass checks several tokens.",
      gap: "A text is given before and after a gap. Only one of the lanes sees what comes after it.",
      story: "A story can go on in many ways, so drafts are seldom right. Greedy takes the likeliest token, top-p draws one.",
    } satisfies Readonly<Record<WelcomeSceneName, string>>,
  },
};
