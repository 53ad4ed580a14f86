import type { TokenOwner } from "../../model/token.ts";

/** The scope for a call about the tokens of an application or a user: `Tokens.get`, `Token.patch`. */
export function scopeOf({ ownerType }: TokenOwner, call: string): string {
  return `${ownerType ?? "application"}Api${call}`;
}
