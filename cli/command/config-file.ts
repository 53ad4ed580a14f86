import { readFile } from "node:fs/promises";
import { relative, resolve } from "node:path";
import { RotationError } from "../../lambda/model/errors.ts";
import { parseConfigText } from "../../lambda/policy/config.ts";
import type { Io } from "./io.ts";

/** In the folder of whoever starts it: npm scripts run in the repository's. */
const DEFAULT_FILE = "rotation.config.json";

/**
 * The configuration as text, checked already so that an error names the file. ROTATION_CONFIG, where it is set,
 * outranks every file, as it does in Lambda.
 * @throws RotationError `config-invalid`
 */
export async function configText(file: string | undefined, { env }: Pick<Io, "env">): Promise<string> {
  const inline = env.ROTATION_CONFIG;
  if (inline !== undefined) return checked(inline, "ROTATION_CONFIG");
  const path = resolve(file ?? DEFAULT_FILE);
  const text = await readFile(path, "utf8").catch(() => {
    const hint =
      file === undefined
        ? ": copy rotation.config.example.json to it, and put in your application, or name another file with --config"
        : "";
    throw new RotationError("config-invalid", `there is no ${shown(path)} that can be read${hint}`);
  });
  return checked(text, shown(path));
}

function checked(text: string, source: string): string {
  try {
    parseConfigText(text, source);
  } catch (thrown) {
    if (!(thrown instanceof RotationError)) throw thrown;
    throw new RotationError(thrown.code, thrown.message.replace(/^configuration:/, `${source}:`));
  }
  return text;
}

/** Short where it lies in the folder that the reader is in. */
function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : short;
}
