/** For a person who waits for a run: shows its progress, and can stop it. In Lambda, there is none. */
export interface RunWatch {
  /** How many applications have been read, and of how many. */
  looked(done: number, of: number): void;
  /** How many lineages are done, of those with something to do. */
  worked(done: number, of: number): void;
  /** A call begins. The returned function is called when there is an answer. `whom`: the name of the service. */
  waits(whom: string): () => void;
  /** After it is aborted, the run begins nothing new, and completes what is in progress. */
  readonly stop: AbortSignal;
}

/** The same port, which reports each of its calls to `watch`. */
export function watched<Port extends object>(
  port: Port,
  whom: string,
  watch: Pick<RunWatch, "waits"> | undefined,
): Port {
  if (watch === undefined) return port;
  return new Proxy(port, {
    get: (target, key) => {
      const member: unknown = Reflect.get(target, key, target);
      if (typeof member !== "function") return member;
      return (...args: readonly unknown[]) => {
        const done = watch.waits(whom);
        const answer: unknown = Reflect.apply(member, target, args);
        if (answer instanceof Promise) return answer.finally(done);
        done();
        return answer;
      };
    },
  });
}
