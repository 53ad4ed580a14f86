import { type AddressInfo, createServer } from "node:net";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import { type LosantEmulator, startLosant } from "../../emulators/losant/server.ts";
import { losantTokenApi } from "../../lambda/adapters/losant/token-api.ts";
import { type CertificateOptions, certificate } from "../support/certificate.ts";
import { closedPort } from "../support/http.ts";
import {
  ACCESS_SECRET,
  ACCESS_TOKEN,
  APPLICATION,
  apiAt,
  FakeCredentials,
  failure,
  ORDER,
  raw,
  SECRET_PREFIX,
  TOKEN,
  whenDone,
} from "./losant-bench.ts";

const authority = certificate({ name: "A private authority" });
const stranger = certificate({ name: "Nobody's authority" });
const HOST = { name: "losant.example", address: [127, 0, 0, 1] } as const;

let losant: LosantEmulator | undefined;
const trusted = getCACertificates("default");
afterEach(async () => {
  setDefaultCACertificates(trusted);
  await losant?.close();
});

/** Losant with this certificate. The private authority is trusted, as with NODE_EXTRA_CA_CERTS. */
async function behind(options: CertificateOptions, chain = "") {
  setDefaultCACertificates([...trusted, authority.cert]);
  const { key, cert } = certificate(options);
  losant = await startLosant({ certificate: { key, cert: cert + chain } });
  losant.addApplication({ id: APPLICATION });
  const { token } = losant.addToken(APPLICATION, { name: "worker" });
  return { losant, api: apiAt(losant.url, new FakeCredentials([token]), { readTimeoutMs: 2_000 }) };
}

describe("a certificate", () => {
  test("of a private authority is trusted where that is", async () => {
    const { api } = await behind({ ...HOST, signedBy: authority });
    expect((await api.list()).tokens).toHaveLength(1);
  });

  test.each<[string, CertificateOptions, string, string]>([
    ["signed by itself", HOST, "DEPTH_ZERO_SELF_SIGNED_CERT", ""],
    [
      "of an authority that nobody knows",
      { ...HOST, signedBy: stranger },
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      "",
    ],
    [
      "with the authority that nobody knows",
      { ...HOST, signedBy: stranger },
      "SELF_SIGNED_CERT_IN_CHAIN",
      stranger.cert,
    ],
    [
      "that has expired",
      { ...HOST, signedBy: authority, endsAt: new Date(Date.now() - 60_000) },
      "CERT_HAS_EXPIRED",
      "",
    ],
    [
      "of another host",
      { ...HOST, address: [10, 0, 0, 1], signedBy: authority },
      "ERR_TLS_CERT_ALTNAME_INVALID",
      "",
    ],
  ])("%s is named, and nothing is sent", async (_, options, code, chain) => {
    const { api, losant } = await behind(options, chain);
    const calls = [
      () => api.list(),
      () => api.get(TOKEN),
      () => api.create(ORDER),
      () => api.deactivate(TOKEN),
      () => api.delete(TOKEN),
    ];
    for (const call of calls) {
      const error = await failure(call());
      expect(error).toMatchObject({ code: "losant-untrusted", effect: "none", retryable: false });
      expect(error.message).toContain(`(${code})`);
      expect(error.remedy).toContain("NODE_EXTRA_CA_CERTS");
    }
    expect(losant.calls).toEqual([]);
  });
});

describe("a connection that doesn't come about", () => {
  test.each<[string, () => Promise<string> | string, string]>([
    ["where nothing listens", closedPort, "ECONNREFUSED"],
    ["where the name means nothing", () => "http://losant.invalid", "ENOTFOUND|EAI_AGAIN"],
    ["where nobody speaks TLS", async () => (await closedPort()).replace("http:", "https:"), "ECONNREFUSED"],
  ])("%s says why, and proves that nothing happened", async (_, url, codes) => {
    const application = { id: APPLICATION, accessToken: ACCESS_SECRET };
    const credentials = new FakeCredentials([ACCESS_TOKEN]);
    const limits = { firstPauseMs: 1, createTimeoutMs: 5_000 };
    const api = losantTokenApi({
      baseUrl: await url(),
      application,
      credentials,
      secretPrefix: SECRET_PREFIX,
      limits,
    });
    const error = await failure(api.create(ORDER));
    expect(error).toMatchObject({ code: "losant-unreachable", effect: "none" });
    expect(error.message).toMatch(new RegExp(`could not be reached \\((${codes})\\)$`));
  });

  test("because it was cut in the middle of the handshake sent nothing", async () => {
    const server = createServer((socket) => socket.once("data", () => socket.destroy()));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    whenDone(() => server.close());
    const { port } = server.address() as AddressInfo;
    const api = apiAt(`https://127.0.0.1:${port}`, new FakeCredentials([ACCESS_TOKEN]));
    const error = await failure(api.create(ORDER));
    expect(error).toMatchObject({ code: "losant-unreachable", effect: "none" });
    expect(error.message).toContain("(ECONNRESET)");
  });

  test("in time sent nothing", async () => {
    const server = createServer(() => {});
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    whenDone(() => server.close());
    const { port } = server.address() as AddressInfo;
    const api = apiAt(`https://127.0.0.1:${port}`, new FakeCredentials([ACCESS_TOKEN]), {
      createTimeoutMs: 200,
    });
    expect(await failure(api.create(ORDER))).toMatchObject({ code: "losant-unreachable", effect: "none" });
  });
});

test("a connection that breaks says how", async () => {
  const { api } = await raw((socket) => socket.destroy());
  const error = await failure(api.list());
  expect(error).toMatchObject({ code: "losant-unreachable", effect: "none" });
  expect(error.message).toMatch(/the connection to Losant broke \(ECONNRESET\)$/);
  expect(await failure(api.create(ORDER))).toMatchObject({ code: "issue-uncertain", effect: "unknown" });
});
