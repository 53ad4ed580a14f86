import {
  type ApplicationStory,
  rotated,
  SUPERSEDED,
  skipped,
  WAITING,
  WORKER_ROLE,
  WORKER_SCOPE,
} from "./story.ts";

/** Its consumer keeps the string that it read when it started. */
export const STALE = "forklift-scanner";

/** An application with another policy: secrets hold only the string, and tokens that never expire are replaced by age. */
export const COLD_CHAIN: ApplicationStory = {
  id: "5b0e6d2f9c1a7e0006f3c2d1",
  title: "Cold chain",
  accessToken: "losant-access/cold-chain",
  policy: { secretFormat: "plain", neverExpiring: "180d", renewBefore: "14d" },
  secrets: { [WORKER_ROLE]: "losant-access/cold-chain" },
  roles: [
    {
      name: WORKER_ROLE,
      secret: "by-hand",
      generations: [
        { bornDaysAgo: 195, lifeDays: 180, scope: WORKER_SCOPE, expected: SUPERSEDED },
        { bornDaysAgo: 30, lifeDays: 180, scope: WORKER_SCOPE, expected: WAITING },
      ],
    },
    {
      name: "日本語",
      generations: [{ bornDaysAgo: 82, lifeDays: 90, scope: ["data.export"], expected: rotated() }],
    },
    { name: "Truck telemetry", generations: [{ bornDaysAgo: 400, expected: rotated("max-age") }] },
    {
      name: "Freezer alarms",
      generations: [
        { bornDaysAgo: 260, lifeDays: 180, expected: SUPERSEDED },
        { bornDaysAgo: 94, lifeDays: 90, expected: rotated("expired") },
      ],
    },
    // Names are not unique in Losant.
    { name: "Door sensors", generations: [{ bornDaysAgo: 81, lifeDays: 90, expected: rotated() }] },
    { name: "Door sensors", generations: [{ bornDaysAgo: 79, lifeDays: 90, expected: rotated() }] },
    {
      name: STALE,
      readDaysAgo: 80,
      generations: [
        { bornDaysAgo: 163, lifeDays: 90, expected: SUPERSEDED },
        // It expires in slightly less than three days, so the run warns of it.
        { bornDaysAgo: 87.1, lifeDays: 90, expected: skipped("successor-unread") },
        { bornDaysAgo: 11.1, lifeDays: 90, expected: WAITING },
      ],
    },
    { name: "Warehouse tablet", generations: [{ bornDaysAgo: 20, lifeDays: 90, expected: WAITING }] },
  ],
};
