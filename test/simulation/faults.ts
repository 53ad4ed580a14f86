import { type ErrorCode, RotationError } from "../../lambda/model/errors.ts";
import type { TokenId } from "../../lambda/model/token.ts";
import type { Call, Fate, Operation } from "../support/ports.ts";
import type { FaultEntry, OutageEntry } from "./script.ts";

type Service = Exclude<OutageEntry["of"], "throttle" | "signatures" | "index">;

const SERVICES: Readonly<Record<Operation, Service>> = {
  list: "losant",
  get: "losant",
  create: "losant",
  deactivate: "losant",
  delete: "losant",
  probe: "losant",
  describe: "store",
  history: "store",
  listSecrets: "store",
  listApplications: "losant",
  identify: "losant",
  readAccessToken: "store",
  hasResourcePolicy: "store",
  createSecret: "store",
  putResourcePolicy: "store",
  stage: "store",
  promote: "store",
  attach: "store",
  detach: "store",
  publish: "bus",
};

export function serviceOf({ operation }: Call): Service {
  return SERVICES[operation];
}

type Trouble = "throttled" | "refused" | "unavailable" | "unanswered";

const CODES: Readonly<Record<Service, Readonly<Record<Trouble, ErrorCode>>>> = {
  losant: {
    throttled: "losant-throttled",
    refused: "losant-refused",
    unavailable: "losant-unavailable",
    unanswered: "losant-unreachable",
  },
  store: {
    throttled: "store-throttled",
    refused: "store-refused",
    unavailable: "store-unavailable",
    unanswered: "store-unreachable",
  },
  bus: {
    throttled: "bus-unavailable",
    refused: "bus-refused",
    unavailable: "bus-unavailable",
    unanswered: "bus-unreachable",
  },
};

/** The error that the adapters create for this trouble. Its `effect` tells what may have happened anyway. */
export function errorOf(call: Call, trouble: Trouble): RotationError {
  const isCertain = trouble === "throttled" || trouble === "refused" || !call.isWrite;
  const effect = isCertain ? "none" : "unknown";
  const code = CODES[serviceOf(call)][trouble];
  if (call.operation === "create" && !isCertain)
    return new RotationError("issue-uncertain", "simulated", { effect });
  return new RotationError(code, `simulated ${trouble} ${call.operation}`, { effect });
}

/** Only calls to AWS are signed. */
export function isSigned(call: Call): boolean {
  return serviceOf(call) !== "losant";
}

/** At this point the adapter has already retried once. */
function skewed({ operation }: Call): RotationError {
  return new RotationError("aws-clock-skewed", `simulated clock that is off at ${operation}`);
}

/** What a fault does to a process. */
interface FaultyProcess {
  readonly isDead: boolean;
  readonly pauseLeftMs: number;
  /** Calls that are throttled each time they are retried. */
  readonly throttled: Set<string>;
  /** The tokens that its calls made. */
  readonly issued: ReadonlyMap<Call, TokenId>;
  die(): void;
  pause(ms: number): void;
}

const keyOf = ({ operation, subject }: Call) => `${operation} ${subject}`;

/** What holds for every call at a moment, independent of the faults of its run. */
export interface Standing {
  readonly outageOf: (call: Call) => OutageEntry["of"] | undefined;
  /** Losant doesn't allow the access token to do this. */
  readonly isForbidden: (call: Call) => boolean;
  /** A list of applications fails, or Losant refuses an application that it lists. */
  readonly refusalOf: (call: Call) => RotationError | undefined;
  /** The 429 for a call that exceeds the limit of its window. */
  readonly overRate: (call: Call) => RotationError | undefined;
}

/** What the faults of a script do to one call. Each part is read when it is needed. */
export function fateOf(
  call: Call,
  worker: FaultyProcess,
  fault: FaultEntry | undefined,
  latencies: { readonly latencyMs: number; readonly answerMs: number },
  { outageOf, isForbidden, overRate, refusalOf }: Standing,
): Fate {
  const kind = fault?.fault;
  const pauseMs = fault?.ms ?? 0;
  return {
    latencyMs: latencies.latencyMs + (kind === "pause-before" ? pauseMs : 0),
    get answerMs() {
      if (kind === "pause-after") worker.pause(pauseMs);
      return latencies.answerMs + worker.pauseLeftMs;
    },
    get before() {
      if (kind === "crash-before") worker.die();
      // If the process dies while a request is on its way, the request may arrive or not.
      if (worker.isDead && (kind === "crash-before" || latencies.latencyMs % 2 === 0)) return "crash";
      const outage = outageOf(call);
      if (outage === "throttle") return errorOf(call, "throttled");
      if (outage === "signatures" || (kind === "skewed" && isSigned(call))) return skewed(call);
      if (outage !== undefined)
        return errorOf(call, latencies.latencyMs % 3 === 0 ? "unanswered" : "unavailable");
      const tooMany = overRate(call);
      if (tooMany !== undefined) return tooMany;
      const refusal = refusalOf(call);
      if (refusal !== undefined) return refusal;
      if (isForbidden(call)) return new RotationError("access-token-forbidden", "simulated");
      if (worker.throttled.has(keyOf(call))) return errorOf(call, "throttled");
      if (kind === "throttled" || kind === "refused" || kind === "unavailable") return errorOf(call, kind);
      return kind === "request-lost" ? errorOf(call, "unanswered") : undefined;
    },
    get after() {
      if (kind === "crash-after") worker.die();
      if (worker.isDead) return "crash";
      if (kind === "lost-then-throttled") worker.throttled.add(keyOf(call));
      if (kind === "answer-lost" || kind === "lost-then-throttled") return errorOf(call, "unanswered");
      if (kind === "falsely-refused") return errorOf(call, "refused");
      const createdId = worker.issued.get(call);
      if (kind !== "garbled" || createdId === undefined) return undefined;
      return new RotationError("losant-answer-invalid", "simulated", { effect: "unknown", createdId });
    },
    misread:
      kind === "misread" ? (order) => ({ ...order, scope: [...order.scope, "all.Application"] }) : undefined,
  };
}
