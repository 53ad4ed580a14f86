/*
 * A client of Lambda's runtime API for a Node handler. It loads as little as Lambda's own client. It is plain JavaScript,
 * because removing types would be measured as part of every start.
 */
const { readFileSync } = require("node:fs");
const http = require("node:http");
const { join } = require("node:path");

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const options = { host, port, agent, method, path: `/2018-06-01/runtime/${path}`, headers: costs() };
    const request = http.request(options, async (response) => {
      let text = "";
      for await (const chunk of response.setEncoding("utf8")) text += chunk;
      resolve({ headers: response.headers, text });
    });
    request.once("error", reject).end(body);
  });
}

/** What this process has used so far, for the measurement. */
function costs() {
  const { user, system } = process.cpuUsage();
  return { "x-cpu-ms": String((user + system) / 1_000), "x-peak-bytes": String(peakBytes()) };
}

/** The peak of this process only: getrusage starts with the peak of the process that started it. */
function peakBytes() {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) * 1_024;
  } catch {
    return process.resourceUsage().maxRSS * 1_024;
  }
}

async function serve(handler) {
  for (;;) {
    const { headers, text } = await call("GET", "invocation/next");
    const awsRequestId = headers["lambda-runtime-aws-request-id"];
    const deadline = Number(headers["lambda-runtime-deadline-ms"]);
    const context = { awsRequestId, getRemainingTimeInMillis: () => deadline - Date.now() };
    try {
      const answer = (await handler(JSON.parse(text), context)) ?? null;
      await call("POST", `invocation/${awsRequestId}/response`, JSON.stringify(answer));
    } catch (error) {
      const body = { errorType: error?.name, errorMessage: String(error?.message) };
      await call("POST", `invocation/${awsRequestId}/error`, JSON.stringify(body));
    }
  }
}

const { handler } = require(join(process.env.LAMBDA_TASK_ROOT, "index.js"));
void serve(handler);
