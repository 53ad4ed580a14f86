import { expect, test } from "vitest";
import { permits, type Statement } from "./iam.ts";

const ARN = "arn:aws:sns:eu-west-1:111122223333:topic:1";

function allowing(Condition: Statement["Condition"]): readonly Statement[] {
  return [{ Effect: "Allow", Action: "sns:Publish", Resource: "*", ...(Condition && { Condition }) }];
}

test.each([
  [{ StringEquals: { "aws:a": "x" } }, { "aws:a": "x" }, true],
  [{ StringEquals: { "aws:a": ["y", "x"] } }, { "AWS:A": "x" }, true],
  [{ StringEquals: { "aws:a": "x*" } }, { "aws:a": "xx" }, false],
  [{ StringEquals: { "aws:a": "x" } }, {}, false],
  [{ StringEquals: { "aws:a": "x", "aws:b": "y" } }, { "aws:a": "x" }, false],
  [{ StringLike: { "aws:a": "x*" } }, { "aws:a": "xx" }, true],
  [{ StringLike: { "aws:a": "*" } }, {}, false],
  [{ ArnLike: { "aws:a": "arn:aws:sns:*:111122223333:topic:?" } }, { "aws:a": ARN }, true],
  [{ ArnLike: { "aws:a": "arn:aws:sns:*:topic:1" } }, { "aws:a": ARN }, false],
  [{ Null: { "aws:a": "true" } }, {}, true],
  [{ Null: { "aws:a": "true" } }, { "aws:a": "x" }, false],
  [{ Null: { "aws:a": "false" } }, { "aws:a": "x" }, true],
  [{ Null: { "aws:a": "false" }, StringEquals: { "aws:a": "y" } }, { "aws:a": "x" }, false],
])("the condition %j holds for %j: %s", (condition, context, holds) => {
  expect(permits(allowing(condition), "sns:Publish", ARN, context)).toBe(holds);
});

test("a denial counts where its condition is met, and only there", () => {
  const denial: Statement = {
    Effect: "Deny",
    Action: "sns:*",
    Resource: "*",
    Condition: { StringEquals: { "aws:a": "x" } },
  };
  const statements = [...allowing(undefined), denial];
  expect(permits(statements, "sns:Publish", ARN, { "aws:a": "x" })).toBe(false);
  expect(permits(statements, "sns:Publish", ARN)).toBe(true);
});

test("a statement with NotAction is about all other actions", () => {
  const denial: Statement = { Effect: "Deny", NotAction: "sns:Publish", Resource: "*" } as never;
  const all = { Effect: "Allow", Action: "*", Resource: "*" } as const;
  expect(permits([all, denial], "sns:publish", ARN)).toBe(true);
  expect(permits([all, denial], "sns:Subscribe", ARN)).toBe(false);
});

test.each([
  ["an operator", { Condition: { NumericLessThan: { "aws:a": "1" } } }],
  ["a qualifier of one", { Condition: { "ForAnyValue:StringEquals": { "aws:a": "x" } } }],
  ["what every operator may end in", { Condition: { StringEqualsIfExists: { "aws:a": "x" } } }],
  ["another element", { NotResource: ARN }],
])("%s that it doesn't know is an error, whatever the statement is about", (_, more) => {
  const odd = { Effect: "Allow", Action: "s3:GetObject", Resource: "*", ...more } as Statement;
  expect(() => permits([...allowing(undefined), odd], "sns:Publish", ARN)).toThrow("is not understood here");
});
