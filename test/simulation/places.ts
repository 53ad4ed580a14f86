import type { DeploymentKind } from "./script.ts";

/* The ids and names of what a setting describes. */

/** Ids grow with the time of creation. */
export function applicationId(index: number): string {
  const digits = index < 10 ? `9${index}` : (0x90 + 16 + index - 10).toString(16);
  return `575ec8687ae143cd83dc4a${digits}`;
}

export const nextPrefixOf = (kind: DeploymentKind) => `${prefixOf(kind)}-next`;
export const prefixOf = (kind: DeploymentKind) => (kind === "other-namespace" ? "staging" : "losant");
export const accessSecret = (kind: DeploymentKind, index: number) =>
  `${prefixOf(kind)}-access/${applicationId(index)}`;
export const accessName = (kind: DeploymentKind) => `worker at ${kind}`;
export const mappedName = (kind: DeploymentKind, index: number, name: string) =>
  `${kind}/${index}/${name.replace(/\W/g, "_")}`;

/** Of the users, the organizations, and the secrets with the access tokens of the users. */
export const userId = (entry: number) => `575ec8687ae143cd83dc3a9${entry}`;
export const organizationId = (place: number) => `675ed6e87ae143cd83dc4aa${place}`;
export const userSecret = (kind: DeploymentKind, entry: number) => `${prefixOf(kind)}-access/user-${entry}`;
