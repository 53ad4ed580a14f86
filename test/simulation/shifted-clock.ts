/*
 * Loaded before anything else in a process (`node --import`). All code that reads the time gets one that is ahead by
 * CLOCK_AHEAD_MS milliseconds. This way days can pass between two processes that run the deployed bundle. Timers aren't
 * changed: a second still takes a second.
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
