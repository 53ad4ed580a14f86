import { inspect } from "node:util";

const MASK = "[redacted]";

/**
 * A token string between the adapter that receives it and the adapter that stores it. Printing,
 * stringifying, spreading or inspecting it shows a mask; only `reveal` gives the string, and only adapters
 * call it.
 */
export class Redacted {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The string itself. Use it only in the body of a request or in its Authorization header. */
  reveal(): string {
    return this.#value;
  }

  equals(other: Redacted): boolean {
    return this.#value === other.#value;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}
