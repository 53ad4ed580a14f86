/** A part of IAM's rules: enough to say what a policy of a template permits, conditions aside. */
export interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Sid?: string;
  readonly Condition?: unknown;
}

/** Denied unless allowed; a denial outweighs everything. */
export function permits(statements: readonly Statement[], action: string, resource: string): boolean {
  const fitting = statements.filter(
    (statement) =>
      listed(statement.Action).some((pattern) => fits(pattern, action)) &&
      listed(statement.Resource).some((pattern) => fits(pattern, resource)),
  );
  return fitting.length > 0 && fitting.every(({ Effect }) => Effect === "Allow");
}

function listed(value: string | readonly string[]): readonly string[] {
  return typeof value === "string" ? [value] : value;
}

/** `*` is any text, `?` exactly one character; slashes are nothing special. */
function fits(pattern: string, text: string): boolean {
  const literal = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${literal.replaceAll("*", ".*").replaceAll("?", ".")}$`).test(text);
}
