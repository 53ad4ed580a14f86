import { type CfnTemplate, isProperties, type Properties, type Value } from "../../infra/release/cfn.ts";

type Parameters = Readonly<Record<string, string | number>>;

/**
 * The resources of a template as CloudFormation would create them with these parameters. Values that only a deployment knows
 * are shown as `${AWS::Region}` and `${Queue.Arn}`.
 */
export function resolved(template: CfnTemplate, given: Parameters = {}): Properties {
  const scope = new Scope(template, given);
  return Object.fromEntries(
    Object.entries(template.Resources).map(([id, resource]) => [
      id,
      scope.valueOf({ ...resource } as unknown as Properties) ?? "",
    ]),
  );
}

class Scope {
  readonly #template: CfnTemplate;
  readonly #parameters: ReadonlyMap<string, Value>;

  constructor(template: CfnTemplate, given: Parameters) {
    this.#template = template;
    this.#parameters = new Map(
      Object.entries(template.Parameters ?? {}).map(([name, parameter]) => {
        const { Default, Type } = parameter as Properties;
        const value = given[name] ?? Default;
        if (value === undefined) throw new Error(`${name} has no value`);
        return [name, Type === "CommaDelimitedList" ? String(value).split(",") : value];
      }),
    );
  }

  /** `undefined` is AWS::NoValue. */
  valueOf(value: Value): Value | undefined {
    if (Array.isArray(value))
      return value.map((inner: Value) => this.valueOf(inner)).filter((inner) => inner !== undefined);
    if (!isProperties(value)) return value;
    const [[key = "", argument = ""] = []] = Object.entries(value);
    if (key === "Ref") return this.#ref(String(argument));
    if (key === "Fn::GetAtt") return `\${${[argument].flat().join(".")}}`;
    if (key.startsWith("Fn::")) return this.#call(key, argument);
    return Object.fromEntries(
      Object.entries(value).flatMap(([name, inner]) => {
        const found = this.valueOf(inner);
        return found === undefined ? [] : [[name, found]];
      }),
    );
  }

  #ref(name: string): Value | undefined {
    if (name === "AWS::NoValue") return undefined;
    return this.#parameters.get(name) ?? `\${${name}}`;
  }

  #call(name: string, argument: Value): Value | undefined {
    if (name === "Fn::If") {
      const [condition, then, otherwise] = argument as readonly [string, Value, Value];
      return this.valueOf(this.#holds(condition) ? then : otherwise);
    }
    if (name === "Fn::Sub") return this.#sub(argument);
    const [first, ...others] = this.valueOf(argument) as readonly [Value, ...Value[]];
    const [second] = others;
    switch (name) {
      case "Fn::Join":
        return (second as readonly Value[]).join(String(first));
      case "Fn::Split":
        return String(second).split(String(first));
      case "Fn::Select":
        return (second as readonly Value[])[Number(first)];
      case "Fn::FindInMap":
        return this.#find(String(first), others.map(String));
      default:
        throw new Error(`${name} is not known here`);
    }
  }

  #sub(argument: Value): string {
    const [text, values = {}] = [argument].flat() as unknown as readonly [string, Properties?];
    return text.replace(/\$\{([^}]+)\}/g, (_, name: string) =>
      String(name in values ? this.valueOf(values[name] ?? "") : this.#ref(name)),
    );
  }

  #find(map: string, path: readonly string[]): Value {
    let found: Value | undefined = this.#template.Mappings?.[map];
    for (const key of path) found = isProperties(found) ? found[key] : undefined;
    if (found === undefined) throw new Error(`${map} has no ${path.join(".")}`);
    return found;
  }

  #holds(condition: string): boolean {
    return this.#test(this.#template.Conditions[condition] ?? "");
  }

  #test(expression: Value): boolean {
    const {
      "Fn::Not": not,
      "Fn::And": and,
      "Fn::Or": or,
      "Fn::Equals": equals,
      Condition: named,
    } = expression as Properties;
    if (typeof named === "string") return this.#holds(named);
    if (Array.isArray(not)) return !this.#test(not[0] as Value);
    if (Array.isArray(and)) return and.every((one: Value) => this.#test(one));
    if (Array.isArray(or)) return or.some((one: Value) => this.#test(one));
    const [left, right] = equals as readonly [Value, Value];
    // CloudFormation compares parameters as text, also numbers.
    return String(this.valueOf(left)) === String(this.valueOf(right));
  }
}
