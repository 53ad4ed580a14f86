/** Of an error: the endpoint has no scheme by which anything could be sent. */
export const INVALID_ENDPOINT = "InvalidEndpoint";

/** Where `guard` belongs among the SDK's middleware: innermost, around what is sent and received. */
export const INNERMOST = { name: "guard", step: "deserialize", priority: "low" } as const;

/** Sends nothing to an endpoint that is no address: of "localhost:4566" the SDK makes a request to port 80. */
export function guard<Args extends { readonly request: unknown }, Result>(
  next: (args: Args) => Promise<Result>,
): (args: Args) => Promise<Result> {
  return async (args) => {
    const { protocol } = args.request as { readonly protocol?: string };
    if (protocol === "https:" || protocol === "http:") return next(args);
    throw Object.assign(new Error("no such protocol"), { name: INVALID_ENDPOINT });
  };
}
