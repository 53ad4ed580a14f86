/**
 * A fault that somebody might introduce into the worker: in files of `lambda/`, the first text is replaced by the
 * second.
 */
export interface PlantedFault {
  readonly name: string;
  /** Where to look first. */
  readonly about?: "discovery" | "fleet";
  readonly edits: readonly { readonly file: string; readonly from: string; readonly to: string }[];
}

export const fault = (
  name: string,
  ...edits: readonly (readonly [file: string, from: string, to: string])[]
): PlantedFault => ({
  name,
  edits: edits.map(([file, from, to]) => ({ file, from, to })),
});
