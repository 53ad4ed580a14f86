import { createServer as createTls } from "node:https";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import { eventBridgeBus, eventBridgeClient } from "../../lambda/adapters/aws/event-bridge.ts";
import { secretsManagerClient, secretsManagerStore } from "../../lambda/adapters/aws/secrets-manager.ts";
import { isAboutCertificate } from "../../lambda/adapters/certificates.ts";
import { NO_DEMANDS } from "../../lambda/model/new-secrets.ts";
import { Redacted } from "../../lambda/model/redacted.ts";
import { selfSigned } from "../support/certificate.ts";
import { anEvent, pointAws } from "./aws-bench.ts";
import { failure } from "./losant-bench.ts";
import { ARN, LABEL, NAME, VERSION } from "./store-calls.ts";

/* Everything between the worker and AWS: certificates, settings, connections. */

const QUICK = { callTimeoutMs: 500, firstPauseMs: 1 };
const value = new Redacted('{"token":"the string"}');
const store = () => secretsManagerStore(secretsManagerClient(), QUICK);
const CALLS = {
  DescribeSecret: () => store().describe(NAME),
  GetSecretValue: () => store().read(NAME, "AWSCURRENT"),
  CreateSecret: () => store().create(NAME, "", NO_DEMANDS),
  PutSecretValue: () => store().stage(ARN, VERSION, value, LABEL),
  PutEvents: () =>
    eventBridgeBus(eventBridgeClient(), {
      busName: "my-bus",
      limits: { ...QUICK, attempts: 2, totalMs: 2_000 },
    }).publish(anEvent("k")),
} as const;
const calls = Object.entries(CALLS);

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

async function listening(server: Server): Promise<number> {
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

describe.each(calls)("%s where the certificate is not trusted", (operation, call) => {
  test.each([
    ["DEPTH_ZERO_SELF_SIGNED_CERT", {}],
    ["CERT_HAS_EXPIRED", { endsAt: new Date("2020-01-01") }],
  ])("sends nothing, and names what is wrong (%s)", async (code, traits) => {
    let requests = 0;
    const server = createTls(selfSigned(traits), () => {
      requests += 1;
    });
    pointAws(`https://127.0.0.1:${await listening(server)}`);
    const error = await failure(call());
    expect(error).toMatchObject({ code: "aws-untrusted", effect: "none", retryable: false });
    expect(error.message).toContain(`is not trusted (${code})`);
    expect(error.message).toContain(operation);
    expect(error.remedy).toContain("NODE_EXTRA_CA_CERTS");
    expect(requests).toBe(0);
  });
});

test.each([
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "CERT_REVOKED",
  "CERT_SIGNATURE_FAILURE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "HOSTNAME_MISMATCH",
  "INVALID_CA",
])("%s is about a certificate", (code) => {
  expect(isAboutCertificate(code)).toBe(true);
});

test.each(["ECONNRESET", "ERR_INVALID_URL", "EPROTO", "ERR_TLS_HANDSHAKE_TIMEOUT", ""])(
  "%j is about no certificate",
  (code) => {
    expect(isAboutCertificate(code)).toBe(false);
  },
);

describe.each(calls)("%s with settings that are wrong", (operation, call) => {
  test.each<[string, Readonly<Record<string, string | undefined>>, string]>([
    ["a region with spaces", { AWS_REGION: "eu west 1", AWS_ENDPOINT_URL: undefined }, "AWS_REGION"],
    ["an empty region", { AWS_REGION: "", AWS_ENDPOINT_URL: undefined }, "AWS_REGION"],
    ["no region", { AWS_REGION: undefined, AWS_ENDPOINT_URL: undefined }, "AWS_REGION is not set"],
    ["an endpoint that is none", { AWS_ENDPOINT_URL: "nonsense" }, "AWS_ENDPOINT_URL"],
    ["an endpoint without its scheme", { AWS_ENDPOINT_URL: "localhost:4566" }, "AWS_ENDPOINT_URL"],
    ["an endpoint of another protocol", { AWS_ENDPOINT_URL: "ftp://127.0.0.1" }, "AWS_ENDPOINT_URL"],
    [
      "an endpoint with a port that is none",
      { AWS_ENDPOINT_URL: "http://127.0.0.1:99999" },
      "AWS_ENDPOINT_URL",
    ],
    ["a blank endpoint", { AWS_ENDPOINT_URL: " " }, "AWS_ENDPOINT_URL"],
    ["an endpoint besides FIPS", { AWS_USE_FIPS_ENDPOINT: "true" }, "FIPS"],
    ["a key that ends in a line break", { AWS_ACCESS_KEY_ID: "AKIA\n" }, "credential"],
    ["a session token of two lines", { AWS_SESSION_TOKEN: "one\ntwo" }, "credential"],
    ["a mode that is none", { AWS_DEFAULTS_MODE: "odd" }, "defaultsMode"],
  ])("names what is wrong of %s, and is no defect of the worker", async (_, settings, said) => {
    pointAws("http://127.0.0.1:1");
    vi.stubEnv("AWS_CONFIG_FILE", "/nonexistent");
    for (const [name, setting] of Object.entries(settings)) vi.stubEnv(name, setting);
    const error = await failure(call());
    expect(error).toMatchObject({ code: "aws-settings-invalid", effect: "none", retryable: false });
    expect(error.message).toContain(said);
    expect(error.message).toContain(operation);
  });
});

describe.each(calls)("%s over a connection that fails", (_operation, call) => {
  test("says which code connecting ended with", async () => {
    pointAws("http://127.0.0.1:1");
    const error = await failure(call());
    expect(error.code).toMatch(/-unreachable$/);
    expect(error).toMatchObject({ effect: "none" });
    expect(error.message).toContain("could not be reached (ECONNREFUSED)");
    pointAws("http://nowhere.invalid");
    expect((await failure(call())).message).toMatch(/could not be reached \((ENOTFOUND|EAI_AGAIN)\)/);
  });

  test("says which code it broke with", async () => {
    const server = createServer((socket) => void socket.once("data", () => socket.destroy()));
    pointAws(`http://127.0.0.1:${await listening(server)}`);
    const error = await failure(call());
    expect(error.code).toMatch(/-unreachable$/);
    expect(error.message).toContain("(ECONNRESET)");
  });

  test("is no defect of the worker where the other side speaks no TLS", async () => {
    const server = createServer(
      (socket) => void socket.once("data", () => socket.end("HTTP/1.1 400 No\r\n\r\n")),
    );
    pointAws(`https://127.0.0.1:${await listening(server)}`);
    const error = await failure(call());
    expect(error.code).toMatch(/-unreachable$/);
    expect(error.message).toMatch(/\((EPROTO|ERR_SSL_\w+)\)/);
  });

  test("is no defect of the worker where the other side speaks no HTTP", async () => {
    const server = createServer(
      (socket: Socket) => void socket.once("data", () => socket.end("220 mail ready\r\n")),
    );
    pointAws(`http://127.0.0.1:${await listening(server)}`);
    const error = await failure(call());
    expect(error.code).toMatch(/^(store-answer-invalid|bus-unreachable)$/);
    expect(error.message).toContain("HPE_");
  });
});
