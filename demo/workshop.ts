import {
  type ApplicationStory,
  LAST_RUN,
  rotated,
  SUPERSEDED,
  skipped,
  type TokenRole,
  WAITING,
  WORKER_ROLE,
  WORKER_SCOPE,
} from "./story.ts";

const FOREIGN_MARKER =
  "[losant-token-rotation replaces=5f1e00000000000000000001 " +
  "secret=arn:aws:secretsmanager:eu-central-1:999988887777:secret:losant/staging-AbCdEf run=staging]";
const DAMAGED_MARKER = "[losant-token-rotation replaces=5f1e0000 (tidied up, see the wiki)]";

/** Tokens that need nothing, or that need a person. The worker skips them and reports why. */
export const WORKSHOP: ApplicationStory = {
  id: "5c3f1e7a2b9d4e0007a8b9c0",
  title: "Workshop",
  accessToken: "losant-access/workshop",
  policy: { exclude: ["test *"] },
  secrets: { [WORKER_ROLE]: "losant-access/workshop", "Rental database": "workshop/rental-database" },
  roles: [
    {
      name: WORKER_ROLE,
      secret: "by-hand",
      generations: [
        { bornDaysAgo: 175, lifeDays: 180, scope: WORKER_SCOPE, expected: SUPERSEDED },
        { bornDaysAgo: 10, lifeDays: 180, scope: WORKER_SCOPE, expected: WAITING },
      ],
    },
    only("test rig 3", 87.1, 90, "excluded"),
    { name: "Grafana", generations: [{ bornDaysAgo: 300, expected: skipped("never-expires") }] },
    {
      name: "Old integration",
      generations: [{ bornDaysAgo: 80, lifeDays: 90, since: "deactivated", expected: skipped("inactive") }],
    },
    only("Contractor 2023", 400, 365, "expired-unmanaged"),
    {
      name: "No rights",
      generations: [{ bornDaysAgo: 81, lifeDays: 90, scope: [], expected: skipped("no-scope") }],
    },
    only("Visitor pass", 0.2, 0.5, "too-short-lived"),
    {
      name: "Copied from staging",
      generations: [
        {
          bornDaysAgo: 80,
          lifeDays: 90,
          madeBy: "apiToken",
          description: FOREIGN_MARKER,
          expected: skipped("foreign"),
        },
      ],
    },
    {
      name: "Label printer",
      generations: [{ bornDaysAgo: 80, lifeDays: 90, description: DAMAGED_MARKER, expected: rotated() }],
    },
    {
      name: "Paint robot",
      generations: [
        { bornDaysAgo: 150, lifeDays: 180, expected: SUPERSEDED },
        { bornDaysAgo: 60, lifeDays: 180, since: "deactivated", expected: skipped("revoked") },
      ],
    },
    {
      name: "Saw blade monitor",
      generations: [
        { bornDaysAgo: 300, lifeDays: 180, expected: SUPERSEDED },
        { bornDaysAgo: 150, lifeDays: 180, expected: SUPERSEDED },
        { bornDaysAgo: 20, lifeDays: 180, since: "deleted", expected: skipped("missing") },
      ],
    },
    {
      name: "CNC mill",
      secret: "rolled-back",
      generations: [
        { bornDaysAgo: 310, lifeDays: 180, expected: SUPERSEDED },
        { bornDaysAgo: 152, lifeDays: 180, expected: skipped("rolled-back") },
        { bornDaysAgo: 2, lifeDays: 180, expected: SUPERSEDED },
      ],
    },
    {
      name: "Hydraulic press",
      generations: [
        { bornDaysAgo: 83, lifeDays: 90, expected: skipped("young-orphan") },
        { bornDaysAgo: LAST_RUN / 18, lifeDays: 90, upTo: "issue", expected: skipped("young-orphan") },
      ],
    },
    // It expires in slightly less than 14 days, so the run sends a warning that nothing will renew it.
    only("Lathe", 76.1, 90, "secret-scheduled-for-deletion", "scheduled-for-deletion"),
    only("Rental database", 78, 90, "secret-owned-by-service", "owned-by-service"),
    { name: "Compressor", generations: [{ bornDaysAgo: 5, lifeDays: 90, expected: WAITING }] },
  ],
};

function only(
  name: string,
  bornDaysAgo: number,
  lifeDays: number,
  reason: Parameters<typeof skipped>[0],
  secret?: NonNullable<TokenRole["secret"]>,
): TokenRole {
  const generations = [{ bornDaysAgo, lifeDays, expected: skipped(reason) }];
  return secret === undefined ? { name, generations } : { name, generations, secret };
}
