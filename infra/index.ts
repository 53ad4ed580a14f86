/* What the package exports. */
import "./supported-versions.ts";

export { DETAIL_TYPES, type DetailType, EVENT_SOURCE } from "../lambda/model/detail-types.ts";
export type {
  AccessTokenDocument,
  ApplicationDocument,
  ConfigDocument,
  DiscoverDocument,
  RetirementDocument,
  RotationPolicyDocument,
} from "./config-document.ts";
export { PERMANENT_ERROR_CODES } from "./error-codes.ts";
export type {
  AlarmOptions,
  AnyEventBus,
  EventBusOptions,
  OwnEventBus,
  TestEventsOption,
  TokenRotationProps,
  WorkerOptions,
} from "./props.ts";
export { TokenRotation } from "./token-rotation.ts";
