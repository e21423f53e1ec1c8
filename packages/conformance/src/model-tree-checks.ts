import { expectError, expectSame } from "./expect.ts";
import { copyRows, CUT, expectRow, freshRows, type ModelCheck, type ModelSubject, withSession } from "./model-subject.ts";

/** Parents of a tree of five nodes: two paths that share their first node, and a path of its own. */
const PARENTS = [-1, 0, 1, 0, -1] as const;
const PATH = [0, 1, 2] as const;

const inapplicable = ({ model }: ModelSubject): string | undefined => {
  return model.capabilities.tree ? undefined : "cannot read trees (capabilities.tree)";
};

/** Passes over trees. */
export const modelTreeChecks: readonly ModelCheck[] = [
  {
    name: "gives each node of a tree the row that follows its own path, and caches none of them",
    inapplicable,
    async run(subject) {
      const { prefix, nodes } = treeOf(subject);
      await withSession(subject, async (session) => {
        await session.forward(prefix);
        const logits = await session.forwardTree!(nodes.slice(), Int32Array.from(PARENTS));
        expectSame([logits.rows, session.length], [nodes.length, CUT], "rows of the tree, and the session's length after it");
        for (const [node, row] of copyRows(logits).entries()) {
          const path = pathTo(node);
          const rows = await freshRows(subject, Int32Array.of(...prefix, ...path.map((each) => nodes[each]!)), [CUT + path.length]);
          expectRow(subject, row, { rows, index: rows.length - 1 }, `node ${node} of a tree with parents ${PARENTS.join(", ")}`);
        }
        await expectNext(subject, { session, held: prefix, what: "after a tree of which no path was kept" });
      });
    },
  },
  {
    name: "caches the path of a tree that is kept, and nothing else of it",
    inapplicable,
    async run(subject) {
      const { prefix, nodes } = treeOf(subject);
      await withSession(subject, async (session) => {
        await session.forward(prefix);
        await session.forwardTree!(nodes.slice(), Int32Array.from(PARENTS));
        await session.keepPath!(Int32Array.from(PATH));
        expectSame(session.length, CUT + PATH.length, "the length after keepPath");
        await expectNext(subject, {
          session,
          held: Int32Array.of(...prefix, ...PATH.map((each) => nodes[each]!)),
          what: "after a kept path",
        });
      });
    },
  },
  {
    name: "refuses what is no tree, and paths that are not of the last tree, with INVALID_OPTION, and stays as it was",
    inapplicable,
    async run(subject) {
      const { prefix, nodes } = treeOf(subject);
      await withSession(subject, async (session) => {
        await session.forward(prefix);
        for (const parents of [
          [-1, 0, 1, 0, 4],
          [-2, 0, 1, 0, -1],
          [-1, 0],
          [-1, 0, 1, 3, -1],
        ])
          await expectError(
            "INVALID_OPTION",
            () => session.forwardTree!(nodes.slice(), Int32Array.from(parents)),
            `parents ${parents.join(", ")}`,
          );
        await expectError("INVALID_OPTION", () => session.keepPath!(Int32Array.of(0)), "keepPath without a tree");
        await session.forwardTree!(nodes.slice(), Int32Array.from(PARENTS));
        for (const path of [[1], [0, 2], [0, 4]])
          await expectError("INVALID_OPTION", () => session.keepPath!(Int32Array.from(path)), `keepPath(${path.join(", ")})`);
        await session.keepPath!(Int32Array.of(4));
        await expectNext(subject, { session, held: Int32Array.of(...prefix, nodes[4]!), what: "after refused calls and a kept path" });
      });
    },
  },
];

function treeOf({ text, branch }: ModelSubject): { readonly prefix: Int32Array; readonly nodes: Int32Array } {
  return { prefix: text.slice(0, CUT), nodes: Int32Array.of(text[CUT]!, text[CUT + 1]!, text[CUT + 2]!, branch[1]!, branch[0]!) };
}

function pathTo(node: number): readonly number[] {
  const parent = PARENTS[node]!;
  return parent < 0 ? [node] : [...pathTo(parent), node];
}

/** Reads one more token, whose row must be that of a session that holds `held`. */
async function expectNext(
  subject: ModelSubject,
  {
    session,
    held,
    what,
  }: { readonly session: Awaited<ReturnType<ModelSubject["model"]["createSession"]>>; readonly held: Int32Array; readonly what: string },
): Promise<void> {
  const next = subject.branch.slice(-1);
  const rows = await freshRows(subject, Int32Array.of(...held, ...next), [held.length, 1]);
  const [row] = copyRows(await session.forward(next));
  expectRow(subject, row!, { rows, index: held.length }, `${what}: the row after the next token`);
}
