import picocolors from "picocolors";
import { expect, test } from "vitest";
import { renderTable, tableWidth } from "./text-table.ts";

const content = {
  columns: [
    { heading: "name", align: "left" },
    { heading: "per\n1000", align: "right" },
    { heading: "end", align: "left" },
  ],
  rows: [
    ["a", "1", "x"],
    ["longer name\nand more", "22222", "y\nz"],
  ],
} as const;

test("a rule is below the headings, cells are aligned, and no line ends with spaces", () => {
  expect(renderTable(content, picocolors.createColors(false))).toBe(`\
               per
name          1000  end
───────────────────────
a                1  x
longer name  22222  y
and more            z`);
});

test("headings are bold and the rule is dim", () => {
  const text = renderTable(content, picocolors.createColors(true));
  expect(text).toContain("\u001b[1mname\u001b[22m");
  expect(text).toContain("\u001b[1mper\u001b[22m");
  expect(text).toContain("\u001b[2m─\u001b[22m");
});

test("the width is that of the widest line of each column, plus two between columns", () => {
  expect(tableWidth(content)).toBe(11 + 2 + 5 + 2 + 3);
  expect(tableWidth({ columns: [{ heading: "wide\nheading", align: "left" }], rows: [["x"]] })).toBe(7);
  expect(tableWidth({ columns: [{ heading: "", align: "left" }], rows: [] })).toBe(0);
});
