import { DISCOVERY_FAULTS } from "./planted-discovery.ts";
import { fault, type PlantedFault } from "./planted-fault.ts";
import { FLEET_FAULTS } from "./planted-fleet.ts";
import { USER_FAULTS } from "./planted-users.ts";

/* The texts must match the source exactly. If a text doesn't occur exactly once in the source, its test fails. */
export const PLANTED_FAULTS: readonly PlantedFault[] = [
  // One rotation, in a different order.
  fault("promote before stage: what is stored becomes current at once", [
    "apply/store.ts",
    "store.stage(arn, versionId, value, rotatingLabel(stamp.tokenId)),",
    'store.stage(arn, versionId, value, "AWSCURRENT"),',
  ]),
  fault(
    "stage before verify",
    [
      "apply/rotate.ts",
      "  const verified = await verify(issued, plan.isOwnAccessToken, context);\n  const stamp",
      "  const stamp",
    ],
    [
      "apply/rotate.ts",
      "  return finish({ action, candidate, labels, successor: issued.token, verified }, context);",
      "  const verified = await verify(issued, plan.isOwnAccessToken, context);\n  return finish({ action, candidate, labels, successor: issued.token, verified }, context);",
    ],
  ),
  fault("settle before announce", [
    "apply/rotate.ts",
    "    const owed = await failureOf(announceSuccessor(stored, context));",
    "    await settle(arn, stamp, context);\n    const owed = await failureOf(announceSuccessor(stored, context));",
  ]),
  fault("announce before promote", [
    "apply/rotate.ts",
    "  // The first version of a secret became current by itself.\n",
    "  await failureOf(announceSuccessor(stored, context));\n",
  ]),
  fault("no event is owed: announced without a label to remember it by", [
    "plan/unfinished.ts",
    "const announce: readonly Action[] = unannounced\n",
    "const announce: readonly Action[] = unannounced && lineage.secretName === undefined\n",
  ]),
  // Races, and answers that are lost.
  fault("no compare-and-swap: AWSCURRENT is taken from wherever it is", [
    "apply/store.ts",
    "const error = await failureOf(store.promote(arn, versionId, from))",
    "const now = await store.describe(name);\n    const error = await failureOf(store.promote(arn, versionId, now && holderOf(now, AWSCURRENT)))",
  ]),
  fault(
    "nobody looks before issuing whether another run has been here",
    ["apply/rotate.ts", "if (holderOf(secret, AWSCURRENT) !== from) {", "if (Math.random() > 2) {"],
    [
      "apply/store.ts",
      "const error = await failureOf(store.promote(arn, versionId, from))",
      "const now = await store.describe(name);\n    const error = await failureOf(store.promote(arn, versionId, now && holderOf(now, AWSCURRENT)))",
    ],
  ),
  fault("the loser of a promotion deletes its token without looking", [
    "apply/store.ts",
    'if (error === undefined) return "promoted";\n',
    'if (error === undefined) return "promoted";\n    if (error !== undefined) return "lost";\n',
  ]),
  fault("a token is deleted after a stage whose answer was lost", [
    "apply/store.ts",
    "    const found = isUnsent(error) ? [] : await store.history(arn).catch(() => undefined);\n",
    "    const found: { id: VersionId; labels: readonly string[] }[] | undefined = [];\n",
  ]),
  fault("a last attempt that AWS refuses hides that the first one may have been stored", [
    "apply/retry.ts",
    'effect: mayHaveHappened ? "unknown" : "none"',
    'effect: mayHaveHappened ? error.effect : "none"',
  ]),
  fault("one label for all unfinished rotations", [
    "model/secret.ts",
    "export function rotatingLabel(tokenId: TokenId): string {\n",
    'export function rotatingLabel(tokenId: TokenId): string {\n  if (tokenId !== undefined) return "rotating-pending";\n',
  ]),
  fault("blind retry of POST", [
    "apply/issue.ts",
    "return { ...(await context.api.create(order)), order };",
    "return { ...(await context.api.create(order).catch(() => context.api.create(order))), order };",
  ]),
  fault("a token that comes too late is promoted all the same", [
    "apply/rotate.ts",
    "until: after(clock.now(), plan.policy.orphanAfterMs / 2),",
    "until: after(clock.now(), plan.policy.orphanAfterMs * 200),",
  ]),
  fault("a string that comes too late is stored all the same", [
    "apply/store.ts",
    'if (clock.now() >= patience) throw tooLate("store", versionId, name);',
    "",
  ]),
  // Secrets as the organization demands them.
  fault("a new secret gets no tags", [
    "apply/store.ts",
    "store.create(name, description, application.newSecrets)",
    "store.create(name, description, { ...application.newSecrets, tags: {} })",
  ]),
  fault("a new secret is encrypted with the key of AWS, whatever the configuration says", [
    "apply/store.ts",
    "store.create(name, description, application.newSecrets)",
    "store.create(name, description, { ...application.newSecrets, kmsKeyArn: undefined })",
  ]),
  fault(
    "a label moves while a replica lags",
    [
      "run/replicas.ts",
      "if (isSettled || clock.now() >= until) return secret;",
      "if (isSettled || clock.now() <= until) return secret;",
    ],
    ["run/replicas.ts", "if (behind.length > 0 && !(await hangs(secret))) {", "if (behind.length > 99) {"],
  ),
  fault("a replica that hangs makes a run wait for no other", [
    "run/replicas.ts",
    'status === "in-progress" && !hanging.has(',
    'status === "in-progress" && hanging.size === 0 && !hanging.has(',
  ]),
  fault("a string is stored while a replica lags", ["apply/store.ts", "await store.awaitReplicas(arn);", ""]),
  fault("a secret that somebody else created gets the resource policy, as its description has a marker", [
    "apply/restrict.ts",
    "const isProven = isSent || (await isOwn(secret, { application, api }));",
    "const isProven = isSent || hasSecretMarker(secret) || (await isOwn(secret, { application, api }));",
  ]),
  fault("a secret that nothing proves gets a string without its resource policy", [
    "apply/restrict.ts",
    "if (!isProven) throw unprovenError(name);",
    "if (!isProven) return;",
  ]),
  fault(
    "the marker of one secret proves who created another",
    [
      "model/secret-marker.ts",
      "key.mac(signedText(name, created, applicationId))}",
      'key.mac(signedText("any" as SecretName, created, applicationId))}',
    ],
    [
      "model/secret-marker.ts",
      "key.mac(signedText(name, created, applicationId)) ===",
      'key.mac(signedText("any" as SecretName, created, applicationId)) ===',
    ],
  ),
  fault("a secret in use gets the resource policy", [
    "apply/restrict.ts",
    "if (resourcePolicy === undefined || versions.length > 0) return;",
    "if (resourcePolicy === undefined || versions.length < 0) return;",
  ]),
  fault("a string is stored before the secret has its resource policy", [
    "apply/store.ts",
    "await restrict(secret, sent, context);",
    "",
  ]),
  fault("a secret that this run created counts as somebody else's once the access token is replaced", [
    "apply/restrict.ts",
    "const isSent = sent !== undefined && secret.description === sent;",
    "const isSent = sent === undefined && secret.description === sent;",
  ]),
  // Tokens that are discarded.
  fault("a successor of a revoked token is discarded although a run may be promoting it", [
    "plan/unfinished.ts",
    "return readAt.getTime() - token.createdAt.getTime() >= abandonedAfterMs(policy);",
    "return readAt.getTime() - token.createdAt.getTime() >= policy.orphanAfterMs;",
  ]),
  fault("discard by marker alone: whether the string is stored doesn't matter", [
    "lineage/lineage.ts",
    "return marked.has(id) && !held.has(id) && !replaced.has(id) ? ",
    "return marked.has(id) && !replaced.has(id) ? ",
  ]),
  fault("no orphan limit: tokens of runs under way are discarded", [
    "plan/rule-input.ts",
    "return readAt.getTime() - createdAt.getTime() >= policy.orphanAfterMs;",
    "return readAt.getTime() - createdAt.getTime() >= policy.orphanAfterMs - policy.orphanAfterMs;",
  ]),
  fault("orphans are never discarded", [
    "plan/orphans.ts",
    ".filter((orphan) => isPastOrphanAge(orphan, input))",
    ".filter((orphan) => isPastOrphanAge(orphan, input) && orphans.length > 99)",
  ]),
  fault("absence from a stale listing is believed without asking by id", [
    "observe/observe.ts",
    "looked.set(id, await this.#sources.api.get(id));",
    "looked.set(id, undefined);",
  ]),
  fault("a successor says nothing of what it was made for", [
    "apply/issue.ts",
    "intent: { replacedId: subject.id, secretArn, run: runId, policyId, orderedAt, expiresAt },",
    "intent: { replacedId: subject.id, secretArn, run: runId, orderedAt, expiresAt: undefined },",
  ]),
  fault(
    "a token whose answer can't be used is left behind, and forgotten",
    [
      "lineage/lineage.ts",
      "members.filter((token) => isMarkedFor(secretName, secret, token)).map(({ id }) => id),",
      "members.filter((token) => isMarkedFor(secretName, secret, token) && head0(versions, token)).map(({ id }) => id),",
    ],
    [
      "lineage/lineage.ts",
      "function build(",
      "function head0(versions: readonly StampedVersion[], { id }: ApiToken) {\n  return versions.some(({ stamp }) => stamp.tokenId === id || stamp.replacedId === id);\n}\n\nfunction build(",
    ],
  ),
  // Actions of people.
  fault("resume after revocation", [
    "plan/unfinished.ts",
    'if (version.stamp.replacedId !== head.tokenId || head.token.status !== "active") return false;',
    "if (version.stamp.replacedId !== head.tokenId) return false;",
  ]),
  fault("a token that somebody deactivated is replaced", [
    "plan/head.ts",
    'const isRevoked = isManaged(head) && head.token.status === "inactive";',
    'const isRevoked = isManaged(head) && head.token.name === "";',
  ]),
  fault("a dead lineage goes on with what a run has just made", [
    "plan/head.ts",
    "token.scope.length > 0 &&\n      !isFreshlyIssued(token),",
    "token.scope.length > 0,",
  ]),
  fault("a root that has expired or was deactivated is replaced", [
    "plan/head.ts",
    'if (isRoot && token.status === "inactive") return skip(token, "inactive");\n  if (isRoot && isExpired(token, now)) return skip(token, "expired-unmanaged");\n',
    "",
  ]),
  fault("nobody asks whether a version of ours had been current before a value was set by hand", [
    "observe/questions.ts",
    "if (orphans.length > 0 || isRetired.size > 0 || isUnmanaged) questions.search(secretName);",
    "if (orphans.length > 0 || isRetired.size > 0) questions.search(secretName);",
  ]),
  fault("rollbacks are fought", [
    "plan/head.ts",
    "const holds = isRolledBack && ",
    "const holds = isRolledBack && selection.force && ",
  ]),
  fault("Lambda's retry rotates again", [
    "plan/head.ts",
    "(isJustMade(token, now) || wasMadeBy(input.runId, token))",
    "(isJustMade(token, now) && wasMadeBy(input.runId, token) && false)",
  ]),
  fault("Lambda's retry rotates again what was made with an access token that was replaced since", [
    "plan/head.ts",
    'return proof !== "unsigned" && typeof marker === "object" && marker.run === runId;',
    'return proof === "signed" && typeof marker === "object" && marker.run === runId;',
  ]),
  // Tokens that are retired.
  fault("no grace", [
    "plan/retirement.ts",
    "const elapsedMs = now.getTime() - startsAt.getTime();",
    "const elapsedMs = now.getTime() + 0 * startsAt.getTime();",
  ]),
  fault("retire in the run of promotion", [
    "apply/retire.ts",
    "if (!isAsked) return [];",
    "if (isAsked === undefined) return [];",
  ]),
  fault("grace is counted from what may be the staging", [
    "plan/retirement.ts",
    "new Date(Math.max(Math.min(lastChangedAt.getTime(), countsUntilMs), promotedByMs))",
    "new Date(Math.max(Math.min(lastChangedAt.getTime(), countsUntilMs), 0 * promotedByMs))",
  ]),
  fault("a token that is younger than the current one counts as superseded", [
    "plan/retirement.ts",
    "const youngestMs = Math.max(createdAt.getTime(), head.token.createdAt.getTime());",
    "const youngestMs = Math.min(createdAt.getTime(), head.token.createdAt.getTime());",
  ]),
  // Each change alone is harmless. A token that wasn't made here has no proof either, and a token without proof is
  // checked first.
  fault(
    "tokens that this worker did not make are retired, and their proof is not asked for",
    [
      "plan/retirement.ts",
      'return madeHere.has(id) || (proof === "unknown" && hasKeysLeft);',
      "return id !== undefined;",
    ],
    [
      "plan/retirement.ts",
      "    if (!isProven(token, lineage, input))\n",
      "    if (lineage.madeHere.has(token.id) && !isProven(token, lineage, input))\n",
    ],
  ),
  // Consumers that read late, never, or what was current before.
  fault("a token ends although nobody has read its successor", [
    "plan/retirement.ts",
    'if (successor === "unread") return "successor-unread";',
    "",
  ]),
  fault("the date of the secret counts as a read of the successor", [
    "lineage/reads.ts",
    'successor: isRead ? "read" : "unread",',
    'successor: isRead || secret.lastReadAt !== undefined ? "read" : "unread",',
  ]),
  fault("what nobody has looked up counts as read", [
    "observe/questions.ts",
    "if (orphans.length > 0 || isRetired.size > 0 || isUnmanaged) questions.search(secretName);",
    "if (orphans.length > 0 || isUnmanaged) questions.search(secretName);",
  ]),
  fault("a read of what was current before is ignored", [
    "plan/retirement.ts",
    'return isStillRead ? "still-read" : undefined;',
    "return isStillRead ? undefined : undefined;",
  ]),
  fault("a read on the day of the replacement keeps a token until it expires", [
    "lineage/reads.ts",
    "replacedAt.some((at) => isLaterDay(version.lastReadAt, at))",
    "replacedAt.some((at) => at !== undefined && isSameOrLaterDay(version.lastReadAt, at))",
  ]),
  fault("when a token was replaced is forgotten once its successor is gone", [
    "lineage/reads.ts",
    "const replacedAt = [createdAt, storedAt(successors.at(-1), versions)];",
    "const replacedAt = [createdAt, storedAt(successors.at(-1), [])];",
  ]),
  fault("who reads which version is looked up for retirements only", [
    "observe/questions.ts",
    "if (isReadByUnknown || mayBeUnread(lineage, input)) questions.search(lineage.secretName);",
    "if (isReadByUnknown) questions.search(lineage.secretName);",
  ]),
  fault("what is kept for its consumers expires in silence", [
    "report/notifications.ts",
    "if (unread !== undefined) notifications.push(unread);",
    "if (unread === undefined) notifications.push(...[]);",
  ]),
  fault("each edit of a tag keeps a grace period open", [
    "plan/retirement.ts",
    "? (Math.floor(youngestMs / DAY_MS) + 1) * DAY_MS",
    "? Number.POSITIVE_INFINITY",
  ]),
  // Maintenance windows.
  fault(
    "tokens are created outside of every window",
    [
      "plan/head.ts",
      "if (waits && !isOpen(policy.windows, now)) return outsideWindow(token, policy, now);",
      "",
    ],
    [
      "apply/rotate.ts",
      "action.waitsForWindow === true && !isOpen(plan.policy.windows, now)",
      "action.waitsForWindow === true && now < new Date(0)",
    ],
  ),
  fault(
    "tokens are retired outside of every window",
    ["plan/retirement.ts", "if (!isOpen(input.policy.windows, now))", "if (now < new Date(0))"],
    [
      "apply/retire.ts",
      'action.reason === "grace-over" && !isOpen(policy.windows, now)',
      'action.reason === "grace-over" && now < new Date(0)',
    ],
  ),
  fault("windows open by the clocks of UTC, whatever their zone is", [
    "policy/windows.ts",
    'timeZone: zone,\n      weekday: "short",',
    'timeZone: zone && "UTC",\n      weekday: "short",',
  ]),
  fault("the hours of a window after midnight belong to its first day", [
    "policy/windows.ts",
    "return (days.has(day) && minute >= from) || (days.has((day + 6) % 7) && minute < to);",
    "return days.has(day) && (minute >= from || minute < to);",
  ]),
  fault("a token waits for a window, however little time it has left", [
    "plan/head.ts",
    "token !== undefined && isEnding(token, policy, now)",
    "token !== undefined && isEnding(token, policy, new Date(0 * now.getTime()))",
  ]),
  // Tokens that people made, with `roots`.
  fault(
    "a version is proof enough for the end of a root",
    [
      "plan/retired-roots.ts",
      "return successorId !== undefined && provenHere.has(successorId);",
      "return successorId !== undefined;",
    ],
    [
      "plan/retired-roots.ts",
      "const isSuccessor = signed?.replacedId === id && signed.secretArn === secret?.arn;",
      "const isSuccessor = true;",
    ],
  ),
  fault("a root ends by time alone", [
    "plan/retirement.ts",
    "const isRoot = !isOurs(token, lineage, input);",
    "const isRoot = !isOurs(token, lineage, input);\n  if (isRoot) return undefined;",
  ]),
  fault("a read of what a person stored counts for nothing", [
    "lineage/reads.ts",
    "(isRoot ? !isOfSuccessor(version) : tokenIn(version) === id)",
    "(isRoot ? false : tokenIn(version) === id)",
  ]),
  // Tokens that never expire.
  fault("a policy that doesn't name roots ends them", [
    "plan/retired-roots.ts",
    "return input.policy.retire.roots && !isOwnAccessToken",
    "return input.policy.retire.deactivateAfterMs !== undefined && !isOwnAccessToken",
  ]),
  fault("a root is deleted as soon as its second grace period is over", [
    "plan/retired-roots.ts",
    "return now.getTime() - discardedAt.getTime() >= lingeringMs",
    "return now.getTime() - discardedAt.getTime() >= 0 * lingeringMs",
  ]),
  fault("what never expires and was replaced is told to nobody", [
    "report/notifications.ts",
    "if (restOf(reason)?.isToldIfEndless !== true ||",
    "if (restOf(reason)?.isToldIfEndless === true ||",
  ]),
  fault("the successor of a token that never expires never expires either, whatever the policy says", [
    "policy/renewal-window.ts",
    'const ms = policy.lifetimeMs === "same" ? sameMs : policy.lifetimeMs;',
    'const ms = policy.lifetimeMs === "same" || !Number.isFinite(sameMs) ? sameMs : policy.lifetimeMs;',
  ]),
  fault("the age of a token that never expires doesn't count", [
    "policy/renewal-window.ts",
    "return new Date(token.createdAt.getTime() + policy.neverExpiringMs);",
    "return new Date(token.createdAt.getTime() + 9 * policy.neverExpiringMs);",
  ]),
  // Other faults.
  fault("scope not checked", [
    "apply/issue.ts",
    'if (scopeKey(token) !== scopeKey(order)) return "scope";',
    'if (scopeKey(token) < "") return "scope";',
  ]),
  fault("the string is in what the run logs", [
    "apply/rotate.ts",
    "  const stamp = { tokenId: issued.token.id, replacedId: subject.id };\n",
    '  const stamp = { tokenId: issued.token.id, replacedId: subject.id };\n  run.log.info("issued", { string: issued.string.reveal() });\n',
  ]),
  fault("the labels that mark rotations as unfinished stay", [
    "apply/store.ts",
    "await retryWrite(clock, () => store.detach(arn, versionIdOf(stamp), rotatingLabel(stamp.tokenId)));",
    "await retryWrite(clock, async () => void [arn, store, stamp]);",
  ]),
  // One bad item.
  fault("a secret that refuses a string ends all issuing", [
    "apply/issue-gate.ts",
    "!OF_ONE_SECRET.has(code) ||",
    "!OF_ONE_SECRET.has(code) || !this.#isStoreProven ||",
  ]),
  fault("orphans that can't be deleted are made in every run", [
    "apply/apply.ts",
    "orphansLeft(done) <= action.orphansAllowed",
    "orphansLeft(done) < Number.POSITIVE_INFINITY",
  ]),
  fault("orphans without end at the end of a life", [
    "plan/head.ts",
    "if (isEnding(token, input.policy, input.now))\n    return MAX_ORPHANS - 1 - young - Math.max(0, lingering - MAX_ORPHANS);",
    "if (isEnding(token, input.policy, input.now)) return Number.POSITIVE_INFINITY + young;",
  ]),
  fault("nothing is rotated before it has expired", [
    "plan/head.ts",
    'const reason = forced ? "forced" : moveAt !== undefined ? "moved" : dueReason(token, policy, now);',
    'const reason = forced ? "forced" : moveAt !== undefined ? "moved" : isExpired(token, now) ? dueReason(token, policy, now) : undefined;',
  ]),
  fault("the first rotations of a run are always those of the same places", [
    "run/order.ts",
    "(((interval * STORE_REFUSALS + turn) * GOLDEN) % 1)",
    "(((interval * 0 + turn) * GOLDEN) % 1)",
  ]),
  fault("what Losant refuses to make counts as made", [
    "apply/issue-budget.ts",
    'isIssued = effect === "unknown" || createdId !== undefined;',
    "isIssued = effect !== undefined || createdId !== undefined;",
  ]),
  // Lists with misleading content.
  fault("Losant's count ends a list before its end", [
    "adapters/losant/listing.ts",
    "missing === 0 && (rows.length < perPage || !isNew);",
    "missing === 0 && (rows.length <= perPage || !isNew);",
  ]),
  fault("what a page border hides is not looked for in another order", [
    "adapters/losant/listing.ts",
    "if (found.missing > 0) await readInOrder(",
    "if (found.missing > 99) await readInOrder(",
  ]),
  fault("nobody is told that a list lacks tokens", [
    "observe/listing.ts",
    '...(missing > 0 ? [new RotationError("listing-incomplete", more)] : []),',
    '...(missing > 99 ? [new RotationError("listing-incomplete", more)] : []),',
  ]),
  fault("a row that can't be read is left out", [
    "observe/observe.ts",
    "unreadable: new Map(listing.unreadable.map((token) => [token.id, token])),",
    "unreadable: new Map(listing.unreadable.slice(listing.unreadable.length).map((token) => [token.id, token])),",
  ]),
  fault("a token whose row can't be read is taken for deleted", [
    "observe/observe.ts",
    "if (odd !== undefined) throw unreadableError(snapshot.application, odd);",
    "if (odd !== undefined) return void looked.set(id, undefined);",
  ]),
  fault("a date that can't be read is taken for none", [
    "adapters/losant/answers.ts",
    "expirationDate: v.nullish(date),",
    "expirationDate: v.fallback(v.nullish(date), undefined),",
  ]),
  fault("a status that can't be read is taken for an active one", [
    "adapters/losant/answers.ts",
    'status: v.optional(v.picklist(["active", "inactive"]), "active"),',
    'status: v.fallback(v.optional(v.picklist(["active", "inactive"]), "active"), "active"),',
  ]),
  // Refusals that prove that nothing happened.
  fault("a rate limit is given up at its first refusal", [
    "run/guarded-ports.ts",
    "if (this.#untilMs >= giveUpAt.getTime()) throw thrown;",
    "throw thrown;",
  ]),
  fault("what a rate limit puts off fails", [
    "apply/apply.ts",
    'error.code === "losant-throttled" && error.effect === "none" && !isLeak;',
    'error.code === "losant-throttled" && error.effect === "none" && isLeak;',
  ]),
  fault("a call that tries a new string takes no notice of a rate limit", [
    "run/guarded-ports.ts",
    "return await pause.outlasting(giveUpAt, () => api.probe(string, scope));",
    "return giveUpAt && (await api.probe(string, scope));",
  ]),
  fault("a signature that AWS refuses may have stored the string", [
    "apply/retry.ts",
    'mayHaveHappened ||= error.effect === "unknown";',
    'mayHaveHappened ||= error.effect === "unknown" || error.code === "aws-clock-skewed";',
  ]),
  fault("a signature that AWS refuses is the fault of one secret", [
    "apply/issue-gate.ts",
    'new Set(["store-denied", "store-refused", "store-quota"]);',
    'new Set(["store-denied", "store-refused", "store-quota", "aws-clock-skewed"]);',
  ]),
  // What people write, copy, move and destroy.
  fault("a marker needs no signature", [
    "lineage/proof.ts",
    "const signed = whole.find((marker) => isSignedByAny(token, marker, judge));",
    'const signed = whole.find((marker) => judge.keys.length > 0 && marker.run !== "");',
  ]),
  fault("a marker is believed that would also be valid on another token", [
    "lineage/proof.ts",
    'return isDoubtful(token) ? { ...token, proof: "unknown" } : token;',
    "return token;",
  ]),
  fault("a signature holds for whatever token it is written onto", [
    "model/marker.ts",
    "isCreatedThroughApi(token, userIds) &&\n    !isByOther &&\n    Math.abs(createdAt.getTime() - seal.orderedAt.getTime()) <= ORDER_TOLERANCE_MS &&\n    isSameExpiry(token.expiresAt, seal.expiresAt) &&\n",
    "",
  ]),
  fault("the copy of a signature counts as much as the first", [
    "lineage/proof.ts",
    'if (ordered.get(mac) !== token) return { ...token, proof: "unsigned" };\n',
    "",
  ]),
  fault("a run warns by its own clock", [
    "report/moment.ts",
    "? after(at, aheadMs) : at",
    "? after(at, 0 * aheadMs) : at",
  ]),
  fault("it is acted on the list of secrets alone", [
    "observe/questions.ts",
    "return !isRest || head === undefined;",
    "return !isRest && head === undefined;",
  ]),
  fault("what is another deployment's expires in silence", [
    "plan/reasons.ts",
    "...WELL,\n    isToldBeforeExpiry: true,\n    toldDaysBefore: 14,",
    "...WELL,",
  ]),
  fault(
    "a move is forgotten as soon as it is done",
    ["lineage/claims.ts", 'claims.add(stamp.replacedId, name, "replaced");', ""],
    ["lineage/claims.ts", 'claims.add(replacedId, name, "marker");', ""],
  ),
  fault("a grace period is counted from the creation of whatever is said to have taken over", [
    "plan/retirement.ts",
    "const isInOrder = later !== undefined && later.createdAt > (successor?.createdAt ?? createdAt);",
    "const isInOrder = later !== undefined;",
  ]),
  fault("an entry of the list of secrets is believed over a fresher description", [
    "observe/secrets.ts",
    ': { kind: "described", secret };',
    ': { kind: "described", secret: secretIn(known) ?? secret };',
  ]),
  fault("a version, or a marker, is proof enough for a life to end", [
    "plan/retirement.ts",
    'if (provenHere.has(token.id) || (token.proof === "unknown" && input.hasKeysLeft)) return true;',
    "if (provenHere.has(token.id) || input !== undefined) return true;",
  ]),
  fault("an orphan is deleted at once", [
    "plan/orphans.ts",
    'if (discardedAt === undefined) return "deactivate";',
    'if (discardedAt === undefined) return "delete";',
  ]),
  fault(
    "a name decides where the token of a managed secret belongs",
    [
      "lineage/places.ts",
      "secretNames.length > 0 ? ",
      "secretNames.includes(secretNameOfToken(snapshot, token)) ? ",
    ],
    [
      "lineage/places.ts",
      'import { formerNamesOf, placesOfRoots, type Root } from "./roots.ts";',
      'import { formerNamesOf, placesOfRoots, type Root, secretNameOfToken } from "./roots.ts";',
    ],
  ),
  fault("ages go by the worker's own clock", [
    "observe/listing.ts",
    "return { aheadMs, shownAheadMs: aheadMs, isTrusted: true };",
    "return { aheadMs: 0, shownAheadMs: 0, isTrusted: true };",
  ]),
  fault("markers are signed for a clock that is a day off", [
    "observe/listing.ts",
    "return { aheadMs: Math.max(0, aheadMs), shownAheadMs: aheadMs, isTrusted: false };",
    "return { aheadMs: Math.max(0, aheadMs), shownAheadMs: Math.max(0, aheadMs), isTrusted: false };",
  ]),
  fault(
    "nobody looks again before a life ends",
    ["apply/last-look.ts", "if (label !== undefined) return ", 'if (label === "never") return '],
    [
      "apply/retire.ts",
      "if (stamp === undefined || stamp.tokenId === action.subject.id)",
      "if (stamp === undefined)",
    ],
  ),
  fault("a secret that can't be described is forgotten, and its tokens are taken for roots", [
    "observe/secrets.ts",
    'return { kind: "unreadable", error: asRotationError(thrown), secret: secretIn(known) };',
    'return known && { kind: "absent" } || { kind: "unreadable", error: asRotationError(thrown) };',
  ]),
  fault("what begins within the last day of a token is never told", [
    "policy/reminder-schedule.ts",
    "return day ?? (isReached(Math.max(endMs - intervalMs, sinceMs)) ? 0 : undefined);",
    "return day;",
  ]),
  fault(
    "an access token that a person stores is renewed elsewhere",
    ["lineage/roots.ts", "  if (target === accessSecretOf(snapshot)) return target;\n", ""],
    [
      "lineage/lineage.ts",
      "members.find((one) => one.token.id === ownId)",
      "undefined as Member | undefined",
    ],
  ),
  fault(
    "another token goes into the secret of the access token",
    ["plan/head.ts", "  notLoggedIn,\n  rolledBack,", "  rolledBack,"],
    [
      "lineage/lineage.ts",
      "members.find((one) => one.token.id === ownId)",
      "undefined as Member | undefined",
    ],
  ),
  fault("a refusal is believed, and the token of a string that is stored is deleted", [
    "apply/store.ts",
    "const found = isUnsent(error) ? []",
    'const found = error.effect === "none" ? []',
  ]),
  fault("the text of the access token decides where it is renewed", [
    "lineage/places.ts",
    "token.id === snapshot.ownId && renewsAccessToken(snapshot)",
    "snapshot.ownId === undefined && renewsAccessToken(snapshot)",
  ]),
  fault("a version that has the right id is taken for what was to be stored", [
    "apply/store.ts",
    "if (stored !== undefined && stored.labels.length > 0) return stored.labels;",
    "if (stored !== undefined) return stored.labels;",
  ]),
  fault("a version without labels is believed, whatever its token is", [
    "lineage/snapshot.ts",
    "if (labels.length > 0 || token === undefined) return true;",
    "if (labels.length > -1 || token === undefined) return true;",
  ]),
  fault("a mapped secret in which a token is current is not looked at before its life ends", [
    "apply/last-look.ts",
    ", ...(run.heldElsewhere.get(id) ?? [])]",
    "]",
  ]),
  fault("a rotation goes on in a copy of its secret", [
    "plan/unfinished.ts",
    "marker !== undefined && marker.secretArn !== secret?.arn",
    "marker === undefined && secret === undefined",
  ]),
  fault("orphans that can't be ended without Losant's time don't count", [
    "plan/head.ts",
    "(!input.isClockTrusted && isPastOrphanAge(orphan, input))",
    "(input.isClockTrusted && !isPastOrphanAge(orphan, input))",
  ]),
  fault("older keys, which show what a creator's id means, are not read for orphans", [
    "observe/questions.ts",
    "if (orphans.some(({ creatorId }) => creatorId !== undefined)) questions.needKeys();",
    "",
  ]),
  fault("a move waits, whatever becomes of the token that was replaced", [
    "lineage/places.ts",
    "replaced !== undefined && isLive(replaced, now) ? replaced : undefined",
    "undefined",
  ]),
  fault("a token moves before older keys show what replaced it", [
    "observe/questions.ts",
    'if (origin.kind === "moved") questions.needKeys();',
    "",
  ]),
  fault("a string that Losant's limit left no time to try is one that Losant rejects", [
    "run/guarded-ports.ts",
    'return "throttled";',
    'return "rejected";',
  ]),
  ...DISCOVERY_FAULTS.map((one) => ({ ...one, about: "discovery" as const })),
  ...FLEET_FAULTS.map((one) => ({ ...one, about: "fleet" as const })),
  ...USER_FAULTS,
];
