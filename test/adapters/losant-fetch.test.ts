import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type Exchange, fetchOverHttp } from "../../lambda/adapters/losant/fetch.ts";
import { closedPort, scripted } from "../support/http.ts";

/** What comes of a request, of which no more than a kilobyte is read. */
async function fetched(request: Request): Promise<Exchange & { readonly response: Response }> {
  const exchange: Exchange = { isSent: false };
  const response = await fetchOverHttp(request, exchange, 1_024);
  return { ...exchange, response };
}

/** What it rejects with. */
const failureOf = (request: Request, exchange: Exchange = { isSent: false }) =>
  fetchOverHttp(request, exchange, 1_024).then(
    () => undefined,
    (error: unknown) => error,
  );

describe("fetching over Node's own modules", () => {
  it("sends method, headers and body, and answers status, headers and text", async () => {
    const server = await scripted(() => ({
      status: 201,
      headers: { "retry-after": "3", date: "Mon, 01 Jan 2029 00:00:00 GMT" },
      body: { made: "ä" },
    }));
    const body = JSON.stringify({ name: "日本語" });
    const headers = { authorization: "Bearer x" };
    const { response, ...exchange } = await fetched(
      new Request(`${server.url}/a?b=c`, { method: "POST", headers, body }),
    );
    expect(response.status).toBe(201);
    expect(response.headers.get("retry-after")).toBe("3");
    expect(exchange).toEqual({
      isSent: true,
      status: 201,
      retryAfter: "3",
      date: "Mon, 01 Jan 2029 00:00:00 GMT",
      body: { text: '{"made":"ä"}' },
    });
    expect(server.requests).toMatchObject([
      { method: "POST", path: "/a", body, headers: { authorization: "Bearer x" } },
    ]);
    await server.close();
  });

  it("takes an answer without a body, and follows no redirect", async () => {
    const server = await scripted((_, index) =>
      index === 0 ? { status: 204 } : { status: 302, headers: { location: "/elsewhere" } },
    );
    expect((await fetched(new Request(server.url, { method: "DELETE" }))).body).toEqual({ text: "" });
    expect((await fetched(new Request(server.url))).response.status).toBe(302);
    expect(server.requests).toHaveLength(2);
    await server.close();
  });

  it("rejects with the signal's reason once it is aborted, before and within the body", async () => {
    const server = await scripted((_, index) => (index === 0 ? "hang" : "cut"));
    const reason = new Error("no longer wanted");
    const controller = new AbortController();
    const waiting = failureOf(new Request(server.url, { signal: controller.signal }));
    setTimeout(() => controller.abort(reason), 20);
    expect(await waiting).toBe(reason);
    expect((await fetched(new Request(server.url))).body).toEqual({ flaw: "is incomplete" });
    await server.close();
  });

  it("says what broke in the cause of a TypeError, as fetch does", async () => {
    const exchange: Exchange = { isSent: false };
    const error = await failureOf(new Request(await closedPort()), exchange);
    expect(exchange).toEqual({ isSent: false, code: "ECONNREFUSED" });
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ message: "fetch failed", cause: { code: "ECONNREFUSED" } });
  });

  it("speaks TLS to an https address, and to nobody who doesn't", async () => {
    const server = await scripted(() => ({ status: 200, body: "in the clear" }));
    const exchange: Exchange = { isSent: false };
    const error = await failureOf(new Request(server.url.replace("http:", "https:")), exchange);
    expect(exchange.isSent).toBe(false);
    expect(error).toMatchObject({ cause: { code: expect.stringMatching(/SSL|EPROTO/) } });
    expect(server.requests).toEqual([]);
    await server.close();
  });
});

describe("ten seconds", () => {
  /** The adapter's timers stand still until they are told; the sockets go on. */
  function holdTimers(): void {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
  }

  async function listening(server: Server): Promise<number> {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    return (server.address() as AddressInfo).port;
  }

  it("are all that a connection may take to come about", async () => {
    holdTimers();
    const server = createServer();
    const port = await listening(server);
    const exchange: Exchange = { isSent: false };
    const failing = failureOf(new Request(`https://127.0.0.1:${port}`), exchange);
    await once(server, "connection");
    vi.advanceTimersByTime(9_999);
    expect(exchange.code).toBeUndefined();
    vi.advanceTimersByTime(1);
    expect(await failing).toMatchObject({ cause: { code: "ETIMEDOUT" } });
    expect(exchange).toEqual({ isSent: false, code: "ETIMEDOUT" });
  });

  it("are waited for by nobody once the connection has failed", async () => {
    holdTimers();
    const url = await closedPort();
    expect(await failureOf(new Request(url))).toMatchObject({ cause: { code: "ECONNREFUSED" } });
    await vi.waitFor(() => expect(vi.getTimerCount()).toBe(0));
  });

  it("are no bound on what an answer takes, once there is a connection", async () => {
    holdTimers();
    const server = createHttpServer();
    const port = await listening(server);
    const answering = fetched(new Request(`http://127.0.0.1:${port}`));
    const [, outgoing] = await once(server, "request");
    vi.advanceTimersByTime(14_000);
    outgoing.end("late");
    expect(await answering).toMatchObject({ status: 200, body: { text: "late" } });
  });
});
