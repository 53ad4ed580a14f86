import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate, inflateRaw } from "node:zlib";

/** The body of an answer as text, or why there is none, without quoting any of it. */
export type Body = { readonly text: string } | { readonly flaw: string; readonly isTooLong?: true };

const CUT_OFF: Body = { flaw: "is incomplete" };
const FIRST_BYTES = 16 * 1024;

/**
 * The complete body, decoded, but no more than `maxBytes` before and after decoding, because a few compressed bytes may expand to
 * any number. Never throws. No encoding is requested from Losant, but a proxy may use one anyway.
 */
export async function bodyOf(incoming: IncomingMessage, maxBytes: number): Promise<Body> {
  const bytes = await bytesOf(incoming, maxBytes);
  if (bytes === "too-long") return tooLong(maxBytes);
  if (bytes === undefined) return CUT_OFF;
  let plain = bytes;
  // The encoding that is named last was applied last.
  for (const encoding of encodingsOf(incoming).toReversed()) {
    const decode = DECODERS.get(encoding);
    if (decode === undefined) return { flaw: "has an encoding that was not requested" };
    // Some servers send an empty body with all headers of a full one.
    if (plain.byteLength === 0) continue;
    try {
      plain = await decode(plain, maxBytes);
    } catch (thrown) {
      const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
      return code === "ERR_BUFFER_TOO_LARGE" ? tooLong(maxBytes) : { flaw: "can't be decoded" };
    }
  }
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

type Decode = (bytes: Buffer, maxOutputLength: number) => Promise<Buffer>;

const [gunzipped, inflated, inflatedRaw, unbrotlied] = [
  promisify<Buffer, object, Buffer>(gunzip),
  promisify<Buffer, object, Buffer>(inflate),
  promisify<Buffer, object, Buffer>(inflateRaw),
  promisify<Buffer, object, Buffer>(brotliDecompress),
];

const unzip: Decode = (bytes, maxOutputLength) => gunzipped(bytes, { maxOutputLength });

/** The standard means zlib's format. Some servers send raw deflate, which never begins like a zlib stream. */
const undeflate: Decode = (bytes, maxOutputLength) => {
  const isZlib = ((bytes[0] ?? 0) & 0x0f) === 8;
  return isZlib ? inflated(bytes, { maxOutputLength }) : inflatedRaw(bytes, { maxOutputLength });
};

const DECODERS: ReadonlyMap<string, Decode> = new Map([
  ["identity", async (bytes) => bytes],
  ["gzip", unzip],
  ["x-gzip", unzip],
  ["deflate", undeflate],
  ["br", (bytes, maxOutputLength) => unbrotlied(bytes, { maxOutputLength })],
]);

const MAX_ENCODINGS = 3;

function encodingsOf({ headers }: IncomingMessage): readonly string[] {
  const named = (headers["content-encoding"] ?? "").toLowerCase().split(",", MAX_ENCODINGS + 1);
  const encodings = named.map((name) => name.trim()).filter((name) => name !== "");
  return encodings.length > MAX_ENCODINGS ? ["too many"] : encodings;
}
