import type { Chronicle } from "./chronicle.ts";
import type { RoutineEntry } from "./script.ts";
import { type Services, START } from "./services.ts";

/** A program begins to do something to a secret again and again. While the secret doesn't exist or can't be used, it waits. */
export function follow(routine: RoutineEntry, services: Services, chronicle: Chronicle): void {
  const { does, role, everyMs, fromMs, toMs } = routine;
  const { timeline, setting } = services;
  const { readLagMs = 0 } = setting;
  const { aws, secrets } = services.deploymentAt(role.deployment);
  const rhythm = (lateMs = 0) => ({
    fromMs: START.getTime() + fromMs + lateMs,
    everyMs,
    toMs: toMs === undefined ? undefined : START.getTime() + toMs + lateMs,
  });
  const find = () => {
    if (!services.exists(role.application)) return undefined;
    const secret = secrets.find(services.secretOf(role));
    return secret?.deletedAt === undefined ? secret : undefined;
  };
  if (does === "edit-tags") {
    timeline.every(rhythm(), () => {
      const secret = find();
      if (secret === undefined) return;
      aws.tag(secret.name, "seen-by-bot", timeline.now().toISOString());
      chronicle.noteTagged(secret, secrets);
    });
    return;
  }
  const label = does === "read-current" ? "AWSCURRENT" : "AWSPREVIOUS";
  /** Reads that AWS doesn't show yet. */
  const unseen: { readonly name: string; readonly versionId: string; readonly at: Date }[] = [];
  const show = () => {
    const shownMs = timeline.ms - readLagMs;
    while (unseen[0] !== undefined && unseen[0].at.getTime() <= shownMs) {
      const { name, versionId, at } = unseen.shift() ?? unseen[0];
      aws.showRead(name, versionId, at);
      chronicle.note("person");
    }
  };
  timeline.every(rhythm(), () => {
    const secret = find();
    const versionId = secret?.labels.get(label);
    if (secret === undefined || versionId === undefined) return;
    chronicle.noteRead(secret, versionId, secrets);
    unseen.push({ name: secret.name, versionId, at: timeline.now() });
    if (readLagMs === 0) show();
  });
  if (readLagMs > 0) timeline.every(rhythm(readLagMs), show);
}
