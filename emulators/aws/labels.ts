/** The version of each staging label. A label can't be on two versions at the same time. */
export type Labels = ReadonlyMap<string, string>;

export const CURRENT = "AWSCURRENT";
export const PREVIOUS = "AWSPREVIOUS";

/** The labels after one was moved to a version, or removed if there is no version. */
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
