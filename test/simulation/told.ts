/** A warning that was sent. Repeated ones have the same key. */
export interface Told {
  readonly tokenId: string;
  readonly detailType: string;
  readonly daysLeft: number | undefined;
  readonly key: string;
  readonly slotMs: number | undefined;
}
