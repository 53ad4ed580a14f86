import type { Readable } from "node:stream";

/** Of an error: the endpoint has no scheme by which anything could be sent. */
export const INVALID_ENDPOINT = "InvalidEndpoint";

/** Where `guard` belongs among the SDK's middleware: innermost, around what is sent and received. */
export const INNERMOST = { name: "guard", step: "deserialize", priority: "low" } as const;

/** Far more than a page of versions, or a string of 64 KiB in which JSON makes six bytes of each. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/** Of an answer, as Node's handler has it; the SDK takes the bytes as well as the stream. */
interface Answer {
  readonly statusCode: number;
  body: Readable | Buffer;
}

/**
 * Sends nothing to an endpoint that is no address: of "localhost:4566" the SDK makes a request to port 80. And hands on
 * nothing that is no answer of AWS's: the SDK takes any number of bytes, and any status below 300 for a success.
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

async function bytesOf({ statusCode, body }: Answer): Promise<Buffer> {
  if (Buffer.isBuffer(body)) return body;
  const unusable = (name: string) => {
    body.destroy();
    return named(name, { $metadata: { httpStatusCode: statusCode } });
  };
  if (statusCode < 300 ? statusCode !== 200 : statusCode > 599) throw unusable("OddStatus");
  // One buffer that grows: of a body that comes byte by byte, a list of its pieces would take a hundred times as much.
  let kept: Buffer = Buffer.alloc(0);
  let length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    const end = length + chunk.byteLength;
    if (end > MAX_ANSWER_BYTES) throw unusable("AnswerTooLong");
    if (end > kept.byteLength) kept = Buffer.concat([kept], Math.min(2 * end, MAX_ANSWER_BYTES));
    chunk.copy(kept, length);
    length = end;
  }
  return kept.subarray(0, length);
}

function named(name: string, traits: object = {}): Error {
  return Object.assign(new Error(name), { name, ...traits });
}
