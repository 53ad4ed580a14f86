/** Somebody who waits for a run, who is told how far it has come and may stop it. The function in Lambda has nobody. */
export interface RunWatch {
  /** How many applications have been looked at, of how many. */
  looked(done: number, of: number): void;
  /** How many lineages have been worked on, of those for which there is something to do. */
  worked(done: number, of: number): void;
  /** A call begins; what it returns is called when there is an answer. `whom`: the service, by its name. */
  waits(whom: string): () => void;
  /** Once aborted, the run begins nothing more: what is under way comes to its end. */
  readonly stop: AbortSignal;
}

/** The same port, each of whose calls is told to whoever watches. */
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
