import { Template } from "aws-cdk-lib/assertions";
import { describe, expect, test } from "vitest";
import { TokenRotationStack } from "../../infra/stack.ts";
import { CONFIG, newApp } from "./synth.ts";

type Json = Readonly<Record<string, unknown>>;

/** The value that CloudFormation resolves from the template in this partition and region. */
function resolved(value: unknown, template: Json, pseudo: Readonly<Record<string, string>>): unknown {
  if (typeof value !== "object" || value === null) return value;
  const [[name, given] = []] = Object.entries(value);
  const inner = (one: unknown) => resolved(one, template, pseudo);
  if (name === "Ref") return pseudo[String(given)] ?? `<${given}>`;
  const parts = given as readonly unknown[];
  if (name === "Fn::Join") return (parts[1] as readonly unknown[]).map(inner).join(String(parts[0]));
  if (name === "Fn::Equals") return inner(parts[0]) === inner(parts[1]);
  if (name === "Fn::If")
    return inner((template.Conditions as Json)[String(parts[0])]) === true
      ? inner(parts[1])
      : inner(parts[2]);
  throw new Error(`no such function: ${name}`);
}

function dashboardLink(partition: string, region: string): unknown {
  const stack = new TokenRotationStack(newApp(), "Test", { document: CONFIG, isExample: false }, {});
  const template = Template.fromStack(stack).toJSON();
  return resolved(template.Outputs.DashboardUrl.Value, template, {
    "AWS::Partition": partition,
    "AWS::Region": region,
  });
}

describe("the link to the dashboard", () => {
  test.each([
    ["aws", "eu-west-1", "console.aws.amazon.com"],
    ["aws-cn", "cn-north-1", "console.amazonaws.cn"],
    ["aws-us-gov", "us-gov-west-1", "console.amazonaws-us-gov.com"],
    ["aws-eusc", "eusc-de-east-1", "console.amazonaws-eusc.eu"],
    ["aws-of-tomorrow", "mars-1", "console.aws.amazon.com"],
  ])("leads to the console of the partition %s", (partition, region, domain) => {
    expect(dashboardLink(partition, region)).toMatch(
      new RegExp(`^https://${domain}/cloudwatch/home\\?region=${region}#dashboards/dashboard/<\\w+>$`),
    );
  });
});
