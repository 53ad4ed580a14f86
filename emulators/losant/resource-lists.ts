/**
 * The lists of an application besides its tokens, by their path after the application's id, with the resource of their scopes
 * `<resource>.get` and `<resource>.*` (https://docs.losant.com/rest-api). All of them are empty here.
 */
const RESOURCES: ReadonlyMap<string, string> = new Map([
  ["certificate-authorities", "applicationCertificateAuthorities"],
  ["certificates", "applicationCertificates"],
  ["credentials", "credentials"],
  ["dashboards", "applicationDashboards"],
  ["data-tables", "dataTables"],
  ["device-recipes", "deviceRecipes"],
  ["devices", "devices"],
  ["edge/deployments", "edgeDeployments"],
  ["embedded/deployments", "embeddedDeployments"],
  ["events", "events"],
  ["experience/domains", "experienceDomains"],
  ["experience/endpoints", "experienceEndpoints"],
  ["experience/groups", "experienceGroups"],
  ["experience/slugs", "experienceSlugs"],
  ["experience/users", "experienceUsers"],
  ["experience/versions", "experienceVersions"],
  ["experience/views", "experienceViews"],
  ["files", "files"],
  ["flows", "flows"],
  ["integrations", "integrations"],
  ["jobLogs", "applicationJobLogs"],
  ["keys", "applicationKeys"],
  ["notebooks", "notebooks"],
  ["privateFiles", "privateFiles"],
  ["resource-jobs", "resourceJobs"],
  ["webhooks", "webhooks"],
]);

/** The resource in the path of a request, if it is such a list. */
export function resourceIn(pathname: string): string | undefined {
  return RESOURCES.get(pathname.split("/").slice(3).join("/"));
}
