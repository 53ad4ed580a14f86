import * as v from "valibot";
import { durationMs } from "../lambda/policy/policy.ts";
import { UTC, type Zone } from "./render/dates.ts";
import type { ThemeName } from "./render/theme.ts";

/** What a person asks of the widget, as it is written in its form. */
export interface Query {
  readonly application: string;
  readonly token: string;
  readonly within: string;
  readonly show: Show;
}

export type Show = "all" | "due" | "drift";

export interface WidgetRequest {
  /** CloudWatch asks for the documentation of the widget. */
  readonly isDescribe: boolean;
  /** The id of the token that is to be explained. */
  readonly explain: string | undefined;
  readonly query: Query;
  /** From 1. */
  readonly page: number;
  readonly theme: ThemeName;
  /** Of the widget, in pixels. */
  readonly width: number;
  readonly zone: Zone;
}

/** Longer text fits no name: Losant's names have at most 255 characters. */
const LONGEST = 300;
const NARROWEST = 320;
const WIDEST = 4_000;
const USUAL_WIDTH = 1_000;

/** Absent and odd values are undefined. */
const lenient = <Schema extends v.GenericSchema>(schema: Schema) => v.fallback(v.optional(schema), undefined);

const text = lenient(v.pipe(v.string(), v.maxLength(LONGEST), v.trim()));
const show = lenient(v.picklist(["all", "due", "drift"]));

const FieldsSchema = v.fallback(v.object({ application: text, token: text, within: text, show }), {
  application: undefined,
  token: undefined,
  within: undefined,
  show: undefined,
});

const ContextSchema = v.fallback(
  v.object({
    theme: lenient(v.picklist(["light", "dark"])),
    width: lenient(v.pipe(v.number(), v.finite())),
    timezone: lenient(v.object({ label: text, offsetISO: text })),
    forms: lenient(v.object({ all: lenient(FieldsSchema) })),
    params: lenient(FieldsSchema),
  }),
  { theme: undefined, width: undefined, timezone: undefined, forms: undefined, params: undefined },
);

const EventSchema = v.fallback(
  v.object({
    describe: lenient(v.boolean()),
    explain: lenient(v.pipe(v.string(), v.regex(/^[\da-f]{24}$/i))),
    applicationId: text,
    page: lenient(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100_000))),
    widgetContext: v.optional(ContextSchema),
  }),
  { describe: undefined, explain: undefined, applicationId: undefined, page: undefined },
);

/**
 * The event of a call by CloudWatch. What the person wrote into the form counts more than the parameters of a button, and these
 * count more than the parameters of the widget. Whatever an event contains, this throws nothing, and odd values count as absent.
 */
export function widgetRequest(event: unknown): WidgetRequest {
  const { describe, explain, applicationId, page, widgetContext } = v.parse(EventSchema, event);
  const { theme, width, timezone, forms, params } = widgetContext ?? v.parse(ContextSchema, undefined);
  const sources = [forms?.all, v.parse(FieldsSchema, event), params];
  const first = <Key extends keyof Query>(key: Key) =>
    sources.map((source) => source?.[key]).find((value) => value !== undefined);
  return {
    isDescribe: describe === true,
    explain: explain?.toLowerCase(),
    query: {
      application: applicationId ?? first("application") ?? "",
      token: first("token") ?? "",
      within: first("within") ?? "",
      show: first("show") ?? "all",
    },
    page: page ?? 1,
    theme: theme ?? "light",
    width: Math.min(WIDEST, Math.max(NARROWEST, width ?? USUAL_WIDTH)),
    zone: zoneOf(timezone),
  };
}

/** `offsetISO` is `+02:00`. The sign of the other number that CloudWatch sends is not documented. */
function zoneOf(
  zone: { readonly label?: string | undefined; readonly offsetISO?: string | undefined } = {},
): Zone {
  const [, sign, hours, minutes] = /^([+-])(\d{2}):(\d{2})$/.exec(zone.offsetISO ?? "") ?? [];
  if (hours === undefined || zone.offsetISO === "+00:00") return UTC;
  const offsetMinutes = (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  return { label: `UTC${zone.offsetISO}`, offsetMinutes };
}

/** The time span of the form, in milliseconds. Undefined if it is empty, NaN if it can't be read. */
export function withinMs({ within }: Query): number | undefined {
  return within === "" ? undefined : durationMs(within);
}
