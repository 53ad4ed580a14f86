import { randomBytes } from "node:crypto";
import { Redacted } from "../../model/redacted.ts";
import type { LosantAnswer } from "./http.ts";

/** Asks with this string instead of an access token. Throws if Losant throttles it. */
type Ask = (string: Redacted) => Promise<LosantAnswer>;

/**
 * Whether this Losant answers 401 to a string that no token has. Then it knows a string to which it answers 403. It is asked until
 * it has answered once, and its answer is kept for the run.
 */
export class UnknownString {
  #isRejected: boolean | undefined;
  #asking: Promise<LosantAnswer> | undefined;

  /** False also if Losant doesn't answer, or if something in between answers. The next call asks again. */
  async isRejected(ask: Ask): Promise<boolean> {
    if (this.#isRejected !== undefined) return this.#isRejected;
    this.#asking ??= ask(madeUp());
    const answer = await this.#asking.finally(() => (this.#asking = undefined));
    if (answer.kind !== "refused" || answer.said.isForeign || answer.status >= 500) return false;
    this.#isRejected = answer.status === 401;
    return this.#isRejected;
  }
}

/** It has the form of Losant's strings, and a random signature. */
function madeUp(): Redacted {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const payload = { sub: randomBytes(12).toString("hex"), subtype: "apiToken", iss: "losant-token-rotation" };
  const signature = randomBytes(32).toString("base64url");
  return new Redacted(`${part({ alg: "HS256", typ: "JWT" })}.${part(payload)}.${signature}`);
}
