import * as v from "valibot";
import { Redacted } from "../model/redacted.ts";

/** A token that an Authorization header can contain: visible ASCII. */
export const TokenString = v.pipe(
  v.string(),
  v.regex(/^[\x21-\x7e]+$/),
  v.transform((text) => new Redacted(text)),
);
