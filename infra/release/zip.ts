import { crc32, deflateRawSync } from "node:zlib";

/** 1980-01-01, the first day that the format knows: the same files make the same archive whenever it is written. */
const FIRST_DAY = (1 << 5) | 1;
const UNIX = 3 << 8;
const READABLE_FILE = 0o100644 * 2 ** 16;

/** A zip archive of these files, as Lambda takes it ("APPNOTE.TXT - .ZIP File Format Specification", 4.3). */
export function zip(files: ReadonlyMap<string, Buffer>): Buffer {
  const bodies: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of files) {
    const packed = deflateRawSync(content, { level: 9 });
    const path = Buffer.from(name);
    const common = numbers(
      [20, 2],
      [0, 2],
      [8, 2],
      [0, 2],
      [FIRST_DAY, 2],
      [crc32(content), 4],
      [packed.length, 4],
      [content.length, 4],
      [path.length, 2],
      [0, 2],
    );
    const body = Buffer.concat([numbers([0x04034b50, 4]), common, path, packed]);
    const ending = numbers([0, 2], [0, 2], [0, 2], [READABLE_FILE, 4], [offset, 4]);
    entries.push(Buffer.concat([numbers([0x02014b50, 4], [UNIX | 20, 2]), common, ending, path]));
    bodies.push(body);
    offset += body.length;
  }
  const directory = Buffer.concat(entries);
  const end = numbers(
    [0x06054b50, 4],
    [0, 2],
    [0, 2],
    [files.size, 2],
    [files.size, 2],
    [directory.length, 4],
    [offset, 4],
    [0, 2],
  );
  return Buffer.concat([...bodies, directory, end]);
}

/** Each number in so many bytes, the lowest first. */
function numbers(...fields: readonly (readonly [value: number, bytes: 2 | 4])[]): Buffer {
  return Buffer.concat(
    fields.map(([value, bytes]) => {
      const field = Buffer.alloc(bytes);
      if (bytes === 2) field.writeUInt16LE(value);
      else field.writeUInt32LE(value);
      return field;
    }),
  );
}
