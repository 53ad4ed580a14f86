/** Which version holds each staging label: a label can't be on two versions at a time. */
export type Labels = ReadonlyMap<string, string>;

export const CURRENT = "AWSCURRENT";
export const PREVIOUS = "AWSPREVIOUS";

/** The labels after one was put on a version, wherever it was before, or with no version was taken away. */
export function moved(labels: Labels, label: string, toVersionId: string | undefined): Labels {
  const after = new Map(labels);
  after.delete(label);
  if (toVersionId !== undefined) after.set(label, toVersionId);
  const left = labels.get(label);
  if (label === CURRENT && left !== undefined && left !== toVersionId) after.set(PREVIOUS, left);
  return after;
}

export function labelsOf(labels: Labels, versionId: string): readonly string[] {
  return [...labels].filter(([, holder]) => holder === versionId).map(([label]) => label);
}
