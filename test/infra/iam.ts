type Texts = string | readonly string[];

/** The part of IAM's rules that decides what the policies of a template permit. */
export interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Action: Texts;
  /** Instead of `Action`: the statement is about all others. */
  readonly NotAction?: Texts;
  readonly Resource: Texts;
  readonly Sid?: string;
  readonly Condition?: Conditions;
}

/** By operator, then by key of the request context. */
type Conditions = Readonly<Record<string, Readonly<Record<string, Texts>>>>;

/** The request context: the values for the keys that conditions use. */
export type Context = Readonly<Record<string, string>>;

const KNOWN = new Set(["Effect", "Action", "NotAction", "Resource", "Sid", "Condition"]);

/**
 * Requests are denied unless a statement allows them. A deny statement always wins.
 * @throws Error if a statement has an unknown part, because the request must not count as permitted or denied then
 */
export function permits(
  statements: readonly Statement[],
  action: string,
  resource: string,
  context: Context = {},
): boolean {
  for (const statement of statements) refuseUnknown(statement);
  const fitting = statements.filter(
    (statement) =>
      isAbout(statement, action) &&
      listed(statement.Resource).some((pattern) => fits(pattern, resource)) &&
      isMet(statement.Condition ?? {}, context),
  );
  return fitting.length > 0 && fitting.every(({ Effect }) => Effect === "Allow");
}

function isAbout({ Action, NotAction }: Statement, action: string): boolean {
  const names = (actions: Texts) =>
    listed(actions).some((pattern) => fits(pattern.toLowerCase(), action.toLowerCase()));
  return NotAction === undefined ? names(Action) : !names(NotAction);
}

function refuseUnknown(statement: Statement): void {
  const unknown = Object.keys(statement).filter((key) => !KNOWN.has(key));
  const operators = Object.keys(statement.Condition ?? {}).filter((name) => !(name in OPERATORS));
  const odd = [...unknown, ...operators];
  if (odd.length > 0) throw new Error(`${statement.Sid}: ${odd.join(", ")} is not understood here`);
}

/** Each key of each operator must match one of its values. */
function isMet(conditions: Conditions, context: Context): boolean {
  return Object.entries(conditions).every(([operator, keys]) =>
    Object.entries(keys).every(([key, values]) => {
      const given = Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase());
      return listed(values).some((value) => OPERATORS[operator]?.(value, given?.[1]) ?? false);
    }),
  );
}

/** Whether the value in the request, if there is one, matches a value of the policy. */
const OPERATORS: Readonly<Record<string, (value: string, given: string | undefined) => boolean>> = {
  StringEquals: (value, given) => given === value,
  StringLike: (value, given) => given !== undefined && fits(value, given),
  ArnLike: (value, given) => given !== undefined && isArnLike(value, given),
  /** The request has one value for the key, or none. */
  "ForAllValues:StringEquals": (value, given) => given === undefined || given === value,
  Bool: (value, given) => given === value,
  BoolIfExists: (value, given) => given === undefined || given === value,
  Null: (value, given) => (given === undefined) === (value === "true"),
};

/** Each of the six parts is compared separately. The last one may contain colons. */
function isArnLike(pattern: string, arn: string): boolean {
  const partsOf = (text: string) => {
    const parts = text.split(":");
    return [...parts.slice(0, 5), parts.slice(5).join(":")];
  };
  const given = partsOf(arn);
  return partsOf(pattern).every((part, index) => fits(part, given[index] ?? ""));
}

function listed(value: Texts): readonly string[] {
  return typeof value === "string" ? [value] : value;
}

/** `*` is any text, `?` is exactly one character. Slashes have no special meaning. */
function fits(pattern: string, text: string): boolean {
  const literal = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${literal.replaceAll("*", ".*").replaceAll("?", ".")}$`).test(text);
}
