/** A value of a CloudFormation template. */
export type Value = string | number | boolean | readonly Value[] | Properties;
export interface Properties {
  readonly [key: string]: Value;
}

export interface Resource {
  readonly Type: string;
  readonly Properties?: Properties;
  readonly DependsOn?: readonly string[];
}

export interface CfnTemplate {
  readonly Description: string;
  readonly Parameters?: Properties;
  readonly Mappings?: Properties;
  readonly Rules?: Properties;
  readonly Conditions: Properties;
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs: Properties;
}

export const NO_VALUE = { Ref: "AWS::NoValue" };

export const when = (condition: string, then: Value, otherwise: Value = NO_VALUE): Properties => ({
  "Fn::If": [condition, then, otherwise],
});

export const sub = (text: string, values?: Properties): Properties => ({
  "Fn::Sub": values === undefined ? text : [text, values],
});

export const isProperties = (value: Value | undefined): value is Properties =>
  typeof value === "object" && !Array.isArray(value);

/** The value with each of its texts replaced. */
export function mapTexts(value: Value, replace: (text: string) => Value): Value {
  if (typeof value === "string") return replace(value);
  if (Array.isArray(value)) return value.map((inner: Value) => mapTexts(inner, replace));
  if (!isProperties(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapTexts(inner, replace)]));
}
