import { readFileSync } from "node:fs";
import { join } from "node:path";
import { RotationError } from "../model/errors.ts";

/**
 * The configuration of a function: the variable ROTATION_CONFIG if it is set. Otherwise, the file that the stack bundles into the
 * folder of the handler.
 * @throws RotationError `config-invalid` if there is neither
 */
export function deployedConfig(folder: string, inline: string | undefined): string {
  if (inline !== undefined) return inline;
  try {
    return readFileSync(join(folder, "rotation.config.json"), "utf8");
  } catch {
    throw new RotationError(
      "config-invalid",
      "there is neither a file rotation.config.json next to the handler nor a variable ROTATION_CONFIG",
    );
  }
}
