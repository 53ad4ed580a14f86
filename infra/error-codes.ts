import { ERROR_KINDS } from "../lambda/model/errors.ts";

/** Codes of failures that a retry doesn't solve: somebody has to act. For rules on the worker's events. */
export const PERMANENT_ERROR_CODES: readonly string[] = Object.entries(ERROR_KINDS)
  .filter(([, { retryable }]) => !retryable)
  .map(([code]) => code);
