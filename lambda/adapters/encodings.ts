import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate, inflateRaw } from "node:zlib";

/** What is wrong with an encoded body. */
export type Undecoded = "unknown-encoding" | "undecodable" | "too-long";

/**
 * The body of an answer without the encodings that its header `content-encoding` names, but no more than `maxBytes`, because a few
 * compressed bytes may expand to any number. No encoding is requested, but a proxy may use one anyway.
 */
export async function decodedBody(
  bytes: Buffer,
  contentEncoding: string | undefined,
  maxBytes: number,
): Promise<Buffer | Undecoded> {
  let plain = bytes;
  // The encoding that is named last was applied last.
  for (const encoding of encodingsIn(contentEncoding).toReversed()) {
    const decode = DECODERS.get(encoding);
    if (decode === undefined) return "unknown-encoding";
    // Some servers send an empty body with all headers of a full one.
    if (plain.byteLength === 0) continue;
    try {
      plain = await decode(plain, maxBytes);
    } catch (thrown) {
      const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
      return code === "ERR_BUFFER_TOO_LARGE" ? "too-long" : "undecodable";
    }
  }
  return plain;
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

function encodingsIn(header = ""): readonly string[] {
  const named = header.toLowerCase().split(",", MAX_ENCODINGS + 1);
  const encodings = named.map((name) => name.trim()).filter((name) => name !== "");
  return encodings.length > MAX_ENCODINGS ? ["too many"] : encodings;
}
