/* The part of EventBridge's event patterns that the rules of this repository use ("Amazon EventBridge event patterns"). */

type Json = unknown;
type Pattern = Readonly<Record<string, Json>>;

/** Whether the event matches this pattern of a rule in a template. Throws if the pattern has an unknown part. */
export function fits(pattern: Pattern, event: Json): boolean {
  return Object.entries(pattern).every(([key, wanted]) => {
    const found = valuesAt(event, key);
    if (Array.isArray(wanted)) return wanted.some((one) => fitsOne(one, found));
    return found.some((value) => fits(wanted as Pattern, value));
  });
}

/** "If the value in the event is an array", each of its members counts; in an array of objects, the key of each. */
function valuesAt(event: Json, key: string): readonly Json[] {
  if (Array.isArray(event)) return event.flatMap((member) => valuesAt(member, key));
  if (typeof event !== "object" || event === null || !(key in event)) return [];
  const value = (event as Readonly<Record<string, Json>>)[key];
  return Array.isArray(value) ? value : [value];
}

function fitsOne(wanted: Json, found: readonly Json[]): boolean {
  if (typeof wanted !== "object" || wanted === null) return found.includes(wanted);
  const [[operator, operand] = ["nothing", undefined], ...more] = Object.entries(wanted);
  if (more.length > 0) throw new Error("a pattern with two operators in one object");
  switch (operator) {
    case "exists":
      return found.length > 0 === operand;
    case "anything-but":
      return found.some((value) => !(operand as readonly Json[]).includes(value));
    case "numeric": {
      const [comparison, limit] = operand as readonly [string, number];
      if (comparison !== "<=") throw new Error(`numeric ${comparison} is not known here`);
      return found.some((value) => typeof value === "number" && value <= limit);
    }
    default:
      throw new Error(`the operator ${operator} is not known here`);
  }
}

export interface InputTransformer {
  readonly InputPathsMap: Readonly<Record<string, string>>;
  readonly InputTemplate: string;
}

/**
 * What the target gets ("Amazon EventBridge input transformation"): a placeholder that stands alone becomes the value as JSON.
 * EventBridge doesn't escape a value within quotes, so a text that would need it throws here. So does a missing path.
 */
export function transformed({ InputPathsMap, InputTemplate }: InputTransformer, event: Json): string {
  const found = (name: string): Json => {
    const value = valueAlong(InputPathsMap[name] ?? "", event);
    if (value === undefined) throw new Error(`the event has no ${InputPathsMap[name]}`);
    return value;
  };
  const inQuotes = (whole: string, name: string): string => {
    // A reference of the template, as `readable` shows it.
    if (!Object.hasOwn(InputPathsMap, name)) return whole;
    const value = found(name);
    if (typeof value !== "string" || JSON.stringify(value) !== `"${value}"` || /[<>]/.test(value))
      throw new Error(`within quotes, this is not escaped: ${JSON.stringify(value)}`);
    return value;
  };
  return InputTemplate.replace(/"(?:[^"\\]|\\.)*"|<([\w-]+)>/g, (whole, name: string | undefined) =>
    name === undefined ? whole.replace(/<([\w-]+)>/g, inQuotes) : JSON.stringify(found(name)),
  );
}

function valueAlong(path: string, event: Json): Json {
  const steps = [...path.matchAll(/\.([\w-]+)|\[(\d+)\]/g)].map(([, key, index]) => key ?? Number(index));
  return steps.reduce<Json>(
    (value, step) => (value as Readonly<Record<string | number, Json>> | undefined)?.[step],
    event,
  );
}
