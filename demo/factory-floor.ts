import {
  ANNOUNCED,
  type ApplicationStory,
  DEACTIVATED,
  DELETED,
  discarded,
  LAST_RUN,
  RESUMED,
  rotated,
  SUPERSEDED,
  WAITING,
  WORKER_ROLE,
  WORKER_SCOPE,
} from "./story.ts";

/** The token that has leaked in the fourth step of the demo. */
export const LEAKED = "Line 4 PLC";
/** Losant no longer grants its scope: the token works until it expires, but can't be created again. */
export const LEGACY = "Legacy importer";

/** A busy application, in which almost every token is in the middle of something. */
export const FACTORY_FLOOR: ApplicationStory = {
  id: "575ec8687ae143cd83dc4a97",
  title: "Factory floor",
  accessToken: "losant-access/factory-floor",
  policy: { retire: { unread: "ignore", deactivateAfter: "7d", deleteAfter: "30d" } },
  secrets: { [WORKER_ROLE]: "losant-access/factory-floor", "Backend API": "prod/backend/losant" },
  roles: [
    {
      name: WORKER_ROLE,
      secret: "by-hand",
      generations: [
        { bornDaysAgo: 325, lifeDays: 180, scope: WORKER_SCOPE, expected: SUPERSEDED },
        { bornDaysAgo: 160, lifeDays: 180, scope: WORKER_SCOPE, expected: rotated() },
      ],
    },
    { name: "my-server", generations: [{ bornDaysAgo: 78.5, lifeDays: 90, expected: rotated() }] },
    {
      name: "Backend API",
      secret: "by-hand",
      generations: [{ bornDaysAgo: 86.5, lifeDays: 90, expected: rotated() }],
    },
    {
      name: "CI / deploy (prod) *",
      generations: [
        { bornDaysAgo: 310, lifeDays: 180, expected: SUPERSEDED },
        { bornDaysAgo: 155, lifeDays: 180, expected: rotated() },
      ],
    },
    {
      name: "Weather import",
      generations: [
        { bornDaysAgo: 310, lifeDays: 180, expected: SUPERSEDED },
        { bornDaysAgo: 150, lifeDays: 180, expected: RESUMED },
        { bornDaysAgo: LAST_RUN, lifeDays: 180, upTo: "stage", expected: WAITING },
      ],
    },
    {
      name: "Alarm mailer",
      generations: [
        { bornDaysAgo: 150, lifeDays: 180, expected: SUPERSEDED },
        { bornDaysAgo: LAST_RUN, lifeDays: 180, upTo: "promote", expected: ANNOUNCED },
      ],
    },
    {
      name: "Map tiles",
      generations: [
        { bornDaysAgo: 151, lifeDays: 180, expected: rotated() },
        { bornDaysAgo: LAST_RUN, lifeDays: 180, upTo: "issue", expected: discarded("orphan") },
      ],
    },
    {
      name: "Night shift report",
      generations: [
        { bornDaysAgo: 150, lifeDays: 180, expected: SUPERSEDED },
        { bornDaysAgo: 1, lifeDays: 180, expected: WAITING },
        {
          bornDaysAgo: 1,
          lifeDays: 180,
          upTo: "stage",
          replaces: 0,
          expected: discarded("lost-race"),
        },
      ],
    },
    {
      name: "ERP sync",
      generations: [
        { bornDaysAgo: 500, lifeDays: 180, expected: SUPERSEDED },
        { bornDaysAgo: 158, lifeDays: 180, expected: DEACTIVATED },
        { bornDaysAgo: 8, lifeDays: 180, expected: WAITING },
      ],
    },
    {
      name: "Dashboard feed",
      generations: [
        { bornDaysAgo: 500, lifeDays: 180, expected: SUPERSEDED },
        { bornDaysAgo: 190, lifeDays: 180, since: "deactivated", expected: DELETED },
        { bornDaysAgo: 40, lifeDays: 180, expected: WAITING },
      ],
    },
    { name: LEAKED, generations: [{ bornDaysAgo: 60, lifeDays: 365, expected: WAITING }] },
    {
      name: LEGACY,
      generations: [
        { bornDaysAgo: 200, lifeDays: 365, scope: ["devices.get", "devices.getLegacy"], expected: WAITING },
      ],
    },
  ],
};
