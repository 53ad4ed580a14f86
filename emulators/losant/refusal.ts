import type { EmulatedAnswer } from "../http.ts";

/** Thrown inside the emulator if Losant would refuse the call. It becomes the answer of the call. */
export class LosantRefusal extends Error {
  readonly status: number;
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, type: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.headers = headers;
    this.name = "LosantRefusal";
    this.status = status;
    this.type = type;
  }
}

/** Losant documents 400 and 404 for these endpoints. 401 and 403, and all types, are undocumented. */
export const invalid = (message: string) => new LosantRefusal(400, "Validation", message);
export const unauthenticated = (message: string) => new LosantRefusal(401, "InvalidToken", message);
export const forbidden = (message: string) => new LosantRefusal(403, "Forbidden", message);
export const notFound = (message: string) => new LosantRefusal(404, "NotFound", message);

/** An error in the form of Losant's answers (error.json of API 1.30), for the `answer` of a fault. */
export function losantError(
  status: number,
  type = "Error",
  message = type,
  headers: Readonly<Record<string, string>> = {},
): EmulatedAnswer {
  return { status, headers, body: { type, message } };
}
