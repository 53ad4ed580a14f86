import { ERROR_KINDS } from "../lambda/model/errors.ts";

/** Codes of failures that don't pass by themselves: somebody has to do something. For rules on the worker's events. */
export const PERMANENT_ERROR_CODES: readonly string[] = Object.entries(ERROR_KINDS)
  .filter(([, { retryable }]) => !retryable)
  .map(([code]) => code);
