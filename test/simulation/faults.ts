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
  readAccessToken: "store",
  createSecret: "store",
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

/** The error that the adapters make of this trouble: what may have happened all the same is said in `effect`. */
export function errorOf(call: Call, trouble: Trouble): RotationError {
  const isCertain = trouble === "throttled" || trouble === "refused" || !call.isWrite;
  const effect = isCertain ? "none" : "unknown";
  const code = CODES[serviceOf(call)][trouble];
  if (call.operation === "create" && !isCertain)
    return new RotationError("issue-uncertain", "simulated", { effect });
  return new RotationError(code, `simulated ${trouble} ${call.operation}`, { effect });
}

/** Only calls to AWS are. */
export function isSigned(call: Call): boolean {
  return serviceOf(call) !== "losant";
}

/** By then the adapter has tried once more. */
function skewed({ operation }: Call): RotationError {
  return new RotationError("aws-clock-skewed", `simulated clock that is off at ${operation}`);
}

/** What a fault does to a process. */
interface FaultyProcess {
  readonly isDead: boolean;
  readonly pauseLeftMs: number;
  /** Calls that are throttled whenever they are repeated. */
  readonly throttled: Set<string>;
  /** The tokens that its calls made. */
  readonly issued: ReadonlyMap<Call, TokenId>;
  die(): void;
  pause(ms: number): void;
}

const keyOf = ({ operation, subject }: Call) => `${operation} ${subject}`;

/** What holds for every call at a moment, whatever the faults of its run are. */
export interface Standing {
  readonly outageOf: (call: Call) => OutageEntry["of"] | undefined;
  /** Losant doesn't let the access token do this. */
  readonly isForbidden: (call: Call) => boolean;
  /** The 429 of a call that is one too many in its window. */
  readonly overRate: (call: Call) => RotationError | undefined;
}

/** What the faults of a script make of one call. Parts are read when their moment comes. */
export function fateOf(
  call: Call,
  worker: FaultyProcess,
  fault: FaultEntry | undefined,
  latencies: { readonly latencyMs: number; readonly answerMs: number },
  { outageOf, isForbidden, overRate }: Standing,
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
      // A request that is on its way when its process dies may arrive or not.
      if (worker.isDead && (kind === "crash-before" || latencies.latencyMs % 2 === 0)) return "crash";
      const outage = outageOf(call);
      if (outage === "throttle") return errorOf(call, "throttled");
      if (outage === "signatures" || (kind === "skewed" && isSigned(call))) return skewed(call);
      if (outage !== undefined)
        return errorOf(call, latencies.latencyMs % 3 === 0 ? "unanswered" : "unavailable");
      const tooMany = overRate(call);
      if (tooMany !== undefined) return tooMany;
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
