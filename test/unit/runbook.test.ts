import { describe, expect, it } from "vitest";
import { articleOn, ERROR_KINDS, type ErrorCode, RotationError } from "../../lambda/model/errors.ts";
import { REASONS, type Reason, restOf } from "../../lambda/plan/reasons.ts";
import { anchorsIn, articlesOf, brokenLinks, tablesIn, textOf } from "../support/markdown.ts";

const codes = Object.keys(ERROR_KINDS) as readonly ErrorCode[];
const articles = articlesOf(textOf("RUNBOOK.md"));
const PAGES = [
  "RUNBOOK.md",
  "README.md",
  "ARCHITECTURE.md",
  "docs/deploy.md",
  "docs/operate.md",
  "docs/security.md",
  "docs/console.md",
  "examples/README.md",
  "examples/consumer/README.md",
];
const chapter = (title: string) => {
  const start = articles.findIndex(({ heading, level }) => level === 1 && heading === title);
  const end = articles.findIndex(({ level }, index) => level === 1 && index > start);
  return articles.slice(start + 1, end < 0 ? undefined : end);
};

describe("the runbook", () => {
  it("has an article for each error code, and for no other", () => {
    const headings = chapter("Error codes").filter(({ level }) => level === 3);
    expect(headings.map(({ heading }) => heading).sort()).toEqual([...codes].sort());
  });

  it.each(codes)(
    "says of %s what it means, how bad it is, how to see it, what to do and what not",
    (code) => {
      const { body = "" } = articles.find(({ heading }) => heading === code) ?? {};
      const said = [...body.matchAll(/^- \*\*(.+?):\*\* \S/gm)].map(([, label]) => label);
      expect(said).toEqual(["Means", "How bad", "See", "Do", "Don't"]);
    },
  );

  it.each(chapter("Alarms").map(({ heading, body }) => [heading, body]))(
    "says the same of the alarm %s",
    (_, body) => {
      const said = [...(body ?? "").matchAll(/^\*\*(.+?)\.\*\*/gm)].map(([, label]) => label);
      expect(said).toEqual(["What it means", "How bad", "How to see", "What to do", "When not to"]);
    },
  );

  it.each(chapter("Tasks").map(({ heading, body }) => [heading, body]))("says when not to: %s", (_, body) => {
    expect(body).toMatch(/^\*\*When not to\.\*\* /m);
  });

  it("has a line for each reason at which a token is left as it is, those that are warnings first", () => {
    const { body = "" } = articles.find(({ heading }) => heading === "Reasons") ?? {};
    const told = tablesIn(body, "| reason | meaning | what to do |").map((rows) =>
      rows.flatMap(([reasons = []]) => reasons),
    );
    const rests = (isWarned: boolean) =>
      (Object.keys(REASONS) as Reason[]).filter((reason) => restOf(reason)?.isWarned === isWarned);
    expect(told.map((reasons) => reasons.toSorted())).toEqual([
      rests(true).toSorted(),
      rests(false).toSorted(),
    ]);
  });

  it("has no broken link, and neither have the other pages", () => {
    for (const page of PAGES) expect(brokenLinks(page).map((link) => `${page}: ${link}`)).toEqual([]);
  });
});

describe("an error", () => {
  it.each(codes)("of code %s links its article, which exists", (code) => {
    const [, anchor = ""] = /RUNBOOK\.md#(\S+)$/.exec(new RotationError(code, "x").remedy) ?? [];
    expect(anchorsIn("RUNBOOK.md")).toContain(anchor);
  });

  it("links it where its readers find the runbook", () => {
    expect(articleOn("internal", "https://wiki.example.com/losant")).toBe(
      "https://wiki.example.com/losant#internal",
    );
  });
});
