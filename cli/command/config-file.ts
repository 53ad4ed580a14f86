import { readFile } from "node:fs/promises";
import { relative, resolve } from "node:path";
import { RotationError } from "../../lambda/model/errors.ts";
import { parseConfigText } from "../../lambda/policy/config.ts";
import type { Io } from "./io.ts";

/** In the current folder. For npm scripts, that is the folder of the repository. */
const DEFAULT_FILE = "rotation.config.json";

/**
 * The configuration as text. It is checked here, so that an error names the file. If ROTATION_CONFIG is set, it has
 * priority over every file, as in Lambda.
 * @throws RotationError `config-invalid`
 */
export async function configText(file: string | undefined, { env }: Pick<Io, "env">): Promise<string> {
  const inline = env.ROTATION_CONFIG;
  if (inline !== undefined) return checked(inline, "ROTATION_CONFIG");
  const path = resolve(file ?? DEFAULT_FILE);
  const text = await readFile(path, "utf8").catch(() => {
    const hint =
      file === undefined
        ? ". Copy rotation.config.example.json to this name and enter your application, or choose another file with --config"
        : "";
    throw new RotationError("config-invalid", `can't read ${shown(path)}${hint}`);
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

/** A relative path, if the file is in the current folder. */
function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : short;
}
