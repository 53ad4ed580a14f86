/*
 * Loaded before anything else in a process (`node --import`): all that asks for the time is told one that is ahead by
 * CLOCK_AHEAD_MS milliseconds. So days pass between two processes, and the bundle in them is the deployed one. Timers
 * are left alone: what takes a second takes a second.
 */
const aheadMs = Number(process.env.CLOCK_AHEAD_MS);
const Real = Date;
const now = () => Real.now() + aheadMs;

globalThis.Date = new Proxy(Real, {
  construct: (target, given, newTarget) =>
    Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
  apply: () => new Real(now()).toString(),
  get: (target, key, receiver) => (key === "now" ? now : Reflect.get(target, key, receiver)),
});
