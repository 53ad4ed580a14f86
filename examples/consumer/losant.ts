import type { CachedToken, HeldToken } from "./cached-token.ts";

const TIMEOUT_MS = 10_000;

/**
 * One request to Losant's API. A 401 proves that nothing was done, so the request can be repeated with another token, at
 * most twice: there are only the token in use, the current one and the previous one.
 */
export async function callLosant(token: CachedToken, url: string, init: RequestInit = {}): Promise<Response> {
  const tried: HeldToken[] = [];
  let next: HeldToken | undefined = await token.current();
  while (next !== undefined) {
    const headers = new Headers(init.headers);
    headers.set("authorization", `Bearer ${next.string.reveal()}`);
    const response = await fetch(url, { ...init, headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (response.status !== 401) return response;
    await response.body?.cancel();
    tried.push(next);
    next = await token.other(tried);
  }
  throw new Error("Losant rejects the token, and there is no other to try");
}
