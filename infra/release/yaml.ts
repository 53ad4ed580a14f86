import { Document, isScalar, isSeq, type Node, Scalar, visit } from "yaml";
import type { Properties } from "./cfn.ts";

/** A template as YAML 1.1, which CloudFormation reads, with CloudFormation's short forms of Ref, Fn::Sub and Fn::GetAtt. */
export function yaml(template: Properties): string {
  const document = new Document(template, { version: "1.1", aliasDuplicateObjects: false });
  visit(document, {
    Map: (_, { items: [pair, ...others] }) =>
      pair !== undefined && others.length === 0 ? shortForm(String(pair.key), pair.value as Node) : undefined,
  });
  return document.toString({ lineWidth: 0 });
}

function shortForm(key: string, value: Node): Scalar | undefined {
  if (key === "Ref" && isScalar(value)) return tagged("!Ref", value.value);
  if (key === "Fn::Sub" && isScalar(value)) return tagged("!Sub", value.value);
  if (key === "Fn::GetAtt" && isSeq(value)) return tagged("!GetAtt", value.toJSON().join("."));
  return undefined;
}

function tagged(tag: string, value: unknown): Scalar {
  return Object.assign(new Scalar(value), { tag });
}
