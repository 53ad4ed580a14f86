import type { Readable } from "node:stream";
import { decodedBody } from "../encodings.ts";

/** The name of an error: the endpoint doesn't begin with a usable scheme. */
export const INVALID_ENDPOINT = "InvalidEndpoint";

/** The position of `guard` in the SDK's middleware: innermost, around sending and receiving. */
export const INNERMOST = { name: "guard", step: "deserialize", priority: "low" } as const;

/** The position of `withPossibleClock` in the SDK's middleware: before a request is signed. */
export const BEFORE_SIGNING = { name: "withPossibleClock", step: "initialize" } as const;

/** Much more than a page of versions, or a string of 64 KiB in which JSON needs six bytes for each character. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/** An answer as Node's handler provides it. The SDK accepts bytes instead of the stream. */
interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  body: Readable | Buffer;
}

/**
 * Sends nothing to an endpoint that is not an address: with "localhost:4566", the SDK sends a request to port 80. Also rejects
 * what can't be an answer from AWS: the SDK accepts any number of bytes, and any status below 300 as a success. And decodes what a
 * proxy has compressed.
 */
export function guard<
  Args extends { readonly request: unknown },
  Result extends { readonly response: unknown },
>(next: (args: Args) => Promise<Result>): (args: Args) => Promise<Result> {
  return async (args) => {
    const { protocol } = args.request as { readonly protocol?: string };
    if (protocol !== "https:" && protocol !== "http:") throw named(INVALID_ENDPOINT);
    const result = await next(args);
    const answer = result.response as Answer;
    answer.body = await bytesOf(answer);
    return result;
  };
}

/**
 * The SDK signs with the time of the last Date header, whatever that says. With a time that can't be written into a signature,
 * it could never send a request again and never see another header, so that time is forgotten.
 */
export function withPossibleClock(config: { systemClockOffset: number }) {
  return <Args, Result>(next: (args: Args) => Promise<Result>) =>
    (args: Args): Promise<Result> => {
      const year = new Date(Date.now() + config.systemClockOffset).getUTCFullYear();
      if (!(year >= 1970 && year <= 9999)) config.systemClockOffset = 0;
      return next(args);
    };
}

async function bytesOf({ statusCode, headers, body }: Answer): Promise<Buffer> {
  if (Buffer.isBuffer(body)) return body;
  const unusable = (name: string) => {
    body.destroy();
    return named(name, { $metadata: { httpStatusCode: statusCode } });
  };
  if (statusCode < 300 ? statusCode !== 200 : statusCode > 599) throw unusable("OddStatus");
  // One buffer that grows. If a body arrives byte by byte, a list of its pieces would need a hundred times the memory.
  let kept: Buffer = Buffer.alloc(0);
  let length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    const end = length + chunk.byteLength;
    if (end > MAX_ANSWER_BYTES) throw unusable("AnswerTooLong");
    if (end > kept.byteLength) kept = Buffer.concat([kept], Math.min(2 * end, MAX_ANSWER_BYTES));
    chunk.copy(kept, length);
    length = end;
  }
  // The SDK decodes nothing.
  const plain = await decodedBody(kept.subarray(0, length), headers["content-encoding"], MAX_ANSWER_BYTES);
  if (typeof plain !== "string") return plain;
  throw unusable(plain === "too-long" ? "AnswerTooLong" : "OddEncoding");
}

function named(name: string, traits: object = {}): Error {
  return Object.assign(new Error(name), { name, ...traits });
}
