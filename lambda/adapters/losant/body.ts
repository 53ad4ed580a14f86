import type { IncomingMessage } from "node:http";
import { decodedBody, type Undecoded } from "../encodings.ts";

/** The body of an answer as text, or why there is none, without quoting any of it. */
export type Body = { readonly text: string } | { readonly flaw: string; readonly isTooLong?: true };

const CUT_OFF: Body = { flaw: "is incomplete" };
const FIRST_BYTES = 16 * 1024;

const FLAWS = {
  "unknown-encoding": "has an encoding that was not requested",
  undecodable: "can't be decoded",
} as const satisfies Readonly<Record<Exclude<Undecoded, "too-long">, string>>;

/** The complete body, decoded, but no more than `maxBytes` before and after decoding. Never throws. */
export async function bodyOf(incoming: IncomingMessage, maxBytes: number): Promise<Body> {
  const bytes = await bytesOf(incoming, maxBytes);
  if (bytes === "too-long") return tooLong(maxBytes);
  if (bytes === undefined) return CUT_OFF;
  const plain = await decodedBody(bytes, incoming.headers["content-encoding"], maxBytes);
  if (plain === "too-long") return tooLong(maxBytes);
  if (typeof plain === "string") return { flaw: FLAWS[plain] };
  // TextDecoder removes a byte order mark.
  return { text: new TextDecoder().decode(plain) };
}

function tooLong(maxBytes: number): Body {
  return { flaw: `is longer than ${maxBytes} bytes`, isTooLong: true };
}

/** Undefined if the connection was interrupted. */
function bytesOf(incoming: IncomingMessage, maxBytes: number): Promise<Buffer | "too-long" | undefined> {
  const { promise, resolve } = Promise.withResolvers<Buffer | "too-long" | undefined>();
  // One buffer that grows. If a body arrives byte by byte, a list of its pieces would need a hundred times the memory.
  let kept = Buffer.alloc(0);
  let length = 0;
  incoming
    .on("data", (chunk: Buffer) => {
      const end = length + chunk.byteLength;
      if (end > maxBytes) {
        resolve("too-long");
        incoming.destroy();
        return;
      }
      if (end > kept.byteLength) {
        const grown = Buffer.alloc(Math.min(maxBytes, Math.max(2 * end, FIRST_BYTES)));
        kept.copy(grown, 0, 0, length);
        kept = grown;
      }
      chunk.copy(kept, length);
      length = end;
    })
    .on("end", () => resolve(incoming.complete ? kept.subarray(0, length) : undefined))
    .on("error", () => resolve(undefined))
    .on("close", () => resolve(undefined));
  return promise;
}
