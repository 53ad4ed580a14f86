import { showReport } from "../cli/terminal/report-table.ts";
import { say } from "../cli/terminal/screen.ts";
import { summaryOf } from "../cli/terminal/summary.ts";
import type { Report } from "../lambda/report/report.ts";
import { act, type DemoContext, reportOf } from "./context.ts";
import { WORKER_SCOPE } from "./story.ts";
import { bundledWorker } from "./worker.ts";

const ACCESS_TOKEN = "losant-access/delivery";
const ORGANIZATION = "Acme Delivery";
const TOKEN = "Route planner";
const DAY_MS = 86_400_000;

/** An organization whose applications no configuration lists: each has one token that expires soon. */
const VANS = ["Van 12", "Van 17", "Van 23"].map((title, index) => ({
  id: `5d0c0de000000000000000${index}0`,
  title,
}));
const NEW_VAN = { id: "5d0c0de0000000000000009f", title: "Van 31" };

/** One access token of a user, and a configuration of a few lines, for all applications of an organization. */
export async function playFleet(stage: DemoContext): Promise<void> {
  const { emulators, screen } = stage;
  const { losant, aws } = emulators;
  const user = losant.addUser({ name: "Rotation worker" });
  const organization = losant.addOrganization({ name: ORGANIZATION });
  losant.setMember(organization, user, "collaborate");
  const scope = ["applications.get", ...WORKER_SCOPE];
  const strings = [losant.addUserToken(user, { name: "rotation worker", scope }).token];
  aws.putSecret(ACCESS_TOKEN, strings[0] ?? "");
  const add = ({ id, title }: (typeof VANS)[number]) => {
    losant.addApplication({ id, name: title, ownerId: organization });
    const [creationDate, expirationDate] = [-80, 10].map((days) => new Date(Date.now() + days * DAY_MS));
    const dates = { ...(creationDate && { creationDate }), expirationDate };
    strings.push(losant.addToken(id, { name: TOKEN, scope: ["application.get"], ...dates }).token);
  };
  for (const van of VANS) add(van);
  const config = {
    losantApiUrl: losant.url,
    discover: [{ accessToken: ACCESS_TOKEN, organizations: [ORGANIZATION] }],
  };
  const worker = await bundledWorker(config, emulators);
  try {
    const event = { trigger: "schedule" };
    act(screen, 6, "Discover: one access token for all applications of an organization", event);
    say(screen, `The configuration lists no application: ${JSON.stringify(config.discover)}`, "   ", "faint");
    const first = await reportOf({ ...stage, worker }, event);
    add(NEW_VAN);
    const second = await reportOf({ ...stage, worker }, event);
    if (first === undefined || second === undefined) return;
    const titles = new Map([...VANS, NEW_VAN].map(({ id, title }) => [id, title]));
    showReport(first, screen, { titles });
    screen.line();
    say(screen, summaryOf(first));
    say(screen, `Then ${NEW_VAN.title} is added in Losant. The next run finds it. ${summaryOf(second)}`);
    const shown = `${JSON.stringify([first, second])}${await worker.log()}`;
    stage.checks.push({
      claim: "each application of the organization was found, also the new one, and its token replaced",
      problems: [
        ...unlikely(first, VANS),
        ...unlikely(second, [NEW_VAN]),
        ...strings.filter((string) => shown.includes(string)).map(() => "a token string is visible"),
      ],
    });
  } finally {
    await worker.remove();
  }
}

function unlikely({ tokens }: Report, vans: readonly { readonly id: string; readonly title: string }[]) {
  const rotated = new Set(
    tokens.filter(({ outcome }) => outcome === "rotated").map((row) => row.applicationId),
  );
  const missing = vans.filter(({ id }) => !rotated.has(id)).map(({ title }) => `${title} was not rotated`);
  return rotated.size === vans.length ? missing : [...missing, `${rotated.size} applications were rotated`];
}
