/** A time zone as a dashboard names it. */
export interface Zone {
  readonly label: string;
  readonly offsetMinutes: number;
}

export const UTC: Zone = { label: "UTC", offsetMinutes: 0 };

/** `2026-06-01 14:00 UTC+02:00`. */
export function dateText(at: Date, { label, offsetMinutes }: Zone): string {
  const local = new Date(at.getTime() + offsetMinutes * 60_000);
  if (Number.isNaN(local.getTime())) return at.toISOString();
  return `${local.toISOString().slice(0, 16).replace("T", " ")} ${label}`;
}
