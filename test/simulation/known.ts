/*
 * TODO: what the simulation has found and the worker does not yet do better. Each is switched off here until it is
 * mended: set to false to see it again.
 */
export const KNOWN = {
  /** Where label moves leave LastChangedDate alone, grace is counted from staging: a resumed promotion shortens it. */
  graceCountedFromStaging: true,
  /** A current token with a damaged marker is never rotated, although its version says whose it is. */
  damagedMarkerOfCurrent: true,
  /** What DescribeSecret and ListSecretVersionIds said at different moments is taken for one state of the secret. */
  tornReading: true,
  /** `force` and `retireNow` with a name take over, and end, the current token of another deployment. */
  foreignRetiredByName: true,
};
