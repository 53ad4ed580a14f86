import { fault, type PlantedFault } from "./planted-fault.ts";

/* Faults in the renewal of the access token of a user. */
export const USER_FAULTS: readonly PlantedFault[] = [
  fault(
    "the successor of a user's access token has no permission cap",
    ["apply/issue.ts", "cap: subject.cap,", "cap: undefined,"],
    ["apply/issue.ts", "capKey(now.cap) === capKey(cap)", "capKey(cap) === capKey()"],
  ),
  fault("a permission cap that changes while the successor is created is not noticed", [
    "apply/issue.ts",
    'if (application.ownerType !== "user") return undefined;',
    "if (application.id.length > 0) return undefined;",
  ]),
  fault("a stored successor becomes current, whatever became of its predecessor's permission cap", [
    "apply/rotate.ts",
    'if (application.ownerType !== "user") return true;',
    "if (application.id.length > 0) return true;",
  ]),
  fault(
    "all tokens of the user are taken for the worker's",
    ["lineage/own-token.ts", "tokens: listing.tokens.filter(isOurs),", "tokens: listing.tokens,"],
    [
      "lineage/places.ts",
      'if (snapshot.application.ownerType === "user" && token.proof !== "unknown")',
      'if (snapshot.application.ownerType === "user" && token.proof === "unknown")',
    ],
  ),
  fault("whoever writes the secret of the access token into another token of the user has it renewed", [
    "lineage/places.ts",
    'if (snapshot.application.ownerType === "user" && token.proof !== "unknown")',
    'if (snapshot.application.ownerType === "user" && token.proof === "unknown")',
  ]),
];
