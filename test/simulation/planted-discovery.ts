import { fault, type PlantedFault } from "./planted-fault.ts";

/* Faults in the discovery of applications. */
export const DISCOVERY_FAULTS: readonly PlantedFault[] = [
  fault("the list of applications is read only once, whatever its count says", [
    "adapters/losant/directory.ts",
    "if (short === 0) return found.listing();",
    "if (short >= 0) return found.listing();",
  ]),
  fault("a second reading that fails counts as one that found nothing more", [
    "adapters/losant/directory.ts",
    "return found.listing(isRepeated ? found.shortNow : short);",
    "return found.listing(isRepeated ? found.shortNow : 0);",
  ]),
  fault("only the first page of the list of applications is read", [
    "adapters/losant/directory.ts",
    "if (isEnd(first)) return;",
    "if (isEnd(first) || first.rows > 0) return;",
  ]),
  fault("a 429 repeats the whole list of applications", [
    "run/guarded-ports.ts",
    "list: () => directory.list((request) => pause.outlasting(observeBy, request)),",
    "list: () => pause.outlasting(observeBy, () => directory.list()),",
  ]),
  fault("an incomplete list is believed to be complete", [
    "run/discovery.ts",
    "return entries.every((entry) => flawsIn(entry).length === 0);",
    "return entries.length > 0;",
  ]),
  fault("rows that can't be read are left out in silence", [
    "run/discovery.ts",
    "...(unread > 0 ?",
    "...(unread > 1e9 ?",
  ]),
  fault("applications that the list lacks are left out in silence", [
    "run/discovery.ts",
    "...(missing > 0 ?",
    "...(missing > 1e9 ?",
  ]),
  fault("an organization that vanishes is not missed", [
    "run/discovery.ts",
    "...(count < atLeast ?",
    "...(count < 0 ?",
  ]),
  fault("a list that fails ends the run, also for all others", [
    "run/discovery.ts",
    "const error = asRotationError(thrown);",
    "throw thrown;\n    const error = asRotationError(thrown);",
  ]),
  fault("a refused application counts as one that was deleted", [
    "run/application.ts",
    'if (error.code === "application-not-found" && application.foundBy !== undefined)',
    'if (error.code !== "out-of-time" && application.foundBy !== undefined)',
  ]),
  fault("an application that Losant denies and lists counts as deleted", [
    "run/applications.ts",
    "if (isKnown && !listed.has(id)) {",
    "if (isKnown) {",
  ]),
  fault("the secrets of an application that Losant denies are labelled as left over", [
    "run/application.ts",
    "const error = asRotationError(thrown);\n    // It was probably deleted",
    `const error = asRotationError(thrown);
    for (const { arn, versions } of (await run.index()).under(config.secretPrefix, application.id))
      for (const { id } of versions) await store.attach(arn, id, "left-over");
    // It was probably deleted`,
  ]),
  fault("the entry whose list has an application decides about it", [
    "policy/discovery.ts",
    "const decidedBy = deciderOf(listed, discover, foundBy);",
    "const decidedBy = foundBy;",
  ]),
  fault("an application in two lists is worked on twice", [
    "policy/discovery.ts",
    "if (first !== foundBy || entry === undefined) return [];",
    "if (first === undefined || entry === undefined) return [];",
  ]),
  fault("excluded applications are worked on", [
    "policy/discovery.ts",
    "&& !fitsAny(exclude, id, name)",
    '&& !fitsAny(exclude, id, "")',
  ]),
  fault("applications of all organizations are worked on", [
    "policy/discovery.ts",
    "return isInAny(listed, organizations) && fitsAny(include, id, name)",
    "return fitsAny(include, id, name)",
  ]),
  fault("what another entry's access token created is nobody's", [
    "policy/discovery.ts",
    "const alsoAbout = others.length > 0 ? others : NO_ENTRIES;",
    "const alsoAbout = others.length > 99 ? others : NO_ENTRIES;",
  ]),
  fault("what the user of an access token created elsewhere is a root", [
    "lineage/places.ts",
    "return isOfUser || isCreatedThroughApi(token, []);",
    "return isCreatedThroughApi(token, []);",
  ]),
];
