"""A client of Lambda's runtime API for a Python handler. It loads as little as Lambda's own client."""

import http.client
import json
import os
import re
import resource
import sys
import time


def peak_bytes():
    try:
        with open("/proc/self/status", encoding="utf8") as status:
            return int(re.search(r"VmHWM:\s+(\d+)", status.read())[1]) * 1024
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def call(connection, method, path, body=None):
    costs = {"x-cpu-ms": str(time.process_time() * 1000), "x-peak-bytes": str(peak_bytes())}
    connection.request(method, f"/2018-06-01/runtime/{path}", body, costs)
    answer = connection.getresponse()
    return answer.headers, answer.read()


sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
from lambda_function import lambda_handler  # noqa: E402

runtime = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
while True:
    headers, text = call(runtime, "GET", "invocation/next")
    request_id = headers["lambda-runtime-aws-request-id"]
    try:
        result = lambda_handler(json.loads(text), None)
        call(runtime, "POST", f"invocation/{request_id}/response", json.dumps(result))
    except Exception as error:
        body = json.dumps({"errorType": type(error).__name__, "errorMessage": str(error)})
        call(runtime, "POST", f"invocation/{request_id}/error", body)
