/** Losant's ids are 24 hexadecimal digits in either case (apiToken.json of API 1.30). */
export const isHexId = (text: string) => /^[A-Fa-f\d]{24}$/.test(text);

/** Ids are found in either case, and shown as they were created. */
export const canonical = (id: string) => id.toLowerCase();

/** Ascending ids that look like Losant's (24 hexadecimal digits) and are the same in every run. */
export function countedIds(): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `65f0c0de${count.toString(16).padStart(16, "0")}`;
  };
}

/** A person who works in the console. Applications without another owner are in this person's sandbox. */
export const PERSON = { creatorId: "57ec0de00000000000000001", creatorName: "A person in the console" };

export type StoredTokenStatus = "active" | "inactive";

/** What tokens of applications and tokens of users have in common. */
export interface TokenFields {
  readonly id: string;
  readonly name: string;
  readonly description: string | undefined;
  readonly scope: readonly string[];
  readonly status: StoredTokenStatus;
  readonly creationDate: Date;
  readonly lastUpdated: Date;
  /** Absent: it never expires. */
  readonly expirationDate: Date | undefined;
  readonly creatorName: string;
}
