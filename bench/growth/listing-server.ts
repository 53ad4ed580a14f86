import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { yearlyFresh } from "../ground.ts";

export interface ListingServer {
  readonly url: string;
  close(): Promise<void>;
}

const PER_PAGE = 1_000;

/** Lists so many tokens that an emulator, which sorts them for each page, would dominate the measurement. */
export async function startListing(count: number): Promise<ListingServer> {
  const { createdAt, expiresAt } = yearlyFresh(new Date());
  const dates = { creationDate: createdAt.toISOString(), expirationDate: expiresAt.toISOString() };
  const server = createServer((request, response) => {
    const page = Number(new URL(request.url ?? "/", "http://localhost").searchParams.get("page"));
    const here = Math.max(0, Math.min(PER_PAGE, count - page * PER_PAGE));
    const items = Array.from({ length: here }, (_, index) => tokenOf(page * PER_PAGE + index, dates));
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ items, count: here, totalCount: count, perPage: PER_PAGE, page }));
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function tokenOf(number: number, dates: object): object {
  return {
    id: `5eed5eed${number.toString(16).padStart(16, "0")}`,
    name: `gateway ${number}`,
    description: "Used by the gateway of the same number.",
    scope: ["devices.get", "device.sendState"],
    status: "active",
    creatorType: "user",
    ...dates,
  };
}
