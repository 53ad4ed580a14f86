import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/**
 * `drop` closes the connection without an answer, `hang` never answers, `cut` breaks off in the middle of the body.
 * A body that is not a string is sent as JSON.
 */
export type Reply =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown }
  | "drop"
  | "hang"
  | "cut";

export interface ScriptedServer {
  readonly url: string;
  /** Oldest first. */
  readonly requests: readonly SeenRequest[];
  close(): Promise<void>;
}

/**
 * A real HTTP server on the loopback interface that gives the answers of the test. `index` counts requests from 0. `onHang` is
 * called for each request that gets no answer.
 */
export async function scripted(
  answer: (request: SeenRequest, index: number) => Reply,
  onHang: () => void = () => {},
): Promise<ScriptedServer> {
  const requests: SeenRequest[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const url = new URL(incoming.url ?? "/", "http://127.0.0.1");
    const request: SeenRequest = {
      method: incoming.method ?? "",
      path: url.pathname,
      query: url.searchParams,
      headers: incoming.headers,
      body: Buffer.concat(chunks).toString("utf8"),
    };
    requests.push(request);
    const reply = answer(request, requests.length - 1);
    if (reply === "hang") onHang();
    else send(outgoing, reply);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Answers from a list, one for each request. Further requests get the last one. */
export function inTurn(...replies: readonly Reply[]): (request: SeenRequest, index: number) => Reply {
  return (_, index) => replies[Math.min(index, replies.length - 1)] ?? "drop";
}

function send(outgoing: ServerResponse, reply: Exclude<Reply, "hang">): void {
  if (reply === "drop") return void outgoing.destroy();
  if (reply === "cut") {
    outgoing.writeHead(200, { "content-type": "application/json", "content-length": "1000" });
    outgoing.write('{"items":[');
    return void setTimeout(() => outgoing.destroy(), 10);
  }
  const { status, headers = {}, body } = reply;
  const isText = typeof body === "string" || body === undefined;
  outgoing.writeHead(status, { ...(isText ? {} : { "content-type": "application/json" }), ...headers });
  outgoing.end(isText ? body : JSON.stringify(body));
}

/** A base URL where no server listens. */
export async function closedPort(): Promise<string> {
  const server = await scripted(() => "drop");
  await server.close();
  return server.url;
}
