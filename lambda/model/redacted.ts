import { inspect } from "node:util";

const MASK = "[redacted]";

/**
 * A token string on its way from the edge where it arrives to the edge where it is stored. Printing,
 * stringifying, spreading or inspecting it shows a mask; only `reveal` gives the string, and only adapters
 * call it.
 */
export class Redacted {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The string itself: for the body of a request or its Authorization header, nowhere else. */
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
