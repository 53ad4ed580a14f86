import { isProperties, type Value } from "./cfn.ts";

/** Texts that are themselves in YAML without quotes. All others are written as JSON writes them, which YAML reads. */
const PLAIN = /^[A-Za-z][A-Za-z0-9 ._/-]*$/;
const RESERVED = /^(true|false|null|yes|no|on|off|y|n)$/i;

/** A template as YAML, with CloudFormation's short forms where they fit on the line. */
export function yaml(value: Value, indent = ""): string {
  const short = onOneLine(value);
  if (short !== undefined) return short;
  const deeper = `${indent}  `;
  const inner = (item: Value) => (onOneLine(item) === undefined ? `\n${deeper}` : " ") + yaml(item, deeper);
  const lines = isProperties(value)
    ? Object.entries(value).map(([key, item]) => `${text(key)}:${inner(item)}`)
    : (value as readonly Value[]).map((item) => `- ${yaml(item, deeper)}`);
  return lines.join(`\n${indent}`);
}

function onOneLine(value: Value): string | undefined {
  if (typeof value === "string") return text(value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (!isProperties(value)) return value.length === 0 ? "[]" : undefined;
  const [[key = "", inner] = [], ...others] = Object.entries(value);
  if (key === "") return "{}";
  if (others.length > 0) return undefined;
  if (key === "Ref" && typeof inner === "string") return `!Ref ${text(inner)}`;
  if (key === "Fn::Sub" && typeof inner === "string") return `!Sub ${JSON.stringify(inner)}`;
  if (key === "Fn::GetAtt" && Array.isArray(inner)) return `!GetAtt ${inner.join(".")}`;
  return undefined;
}

function text(value: string): string {
  return PLAIN.test(value) && !RESERVED.test(value) && !value.endsWith(" ") ? value : JSON.stringify(value);
}
