# Renders templates with Python's Jinja2: one JSON request a line in, with
# template and data, and one answer a line out, with output or error.
import json
import sys

import jinja2

env = jinja2.Environment(
    keep_trailing_newline=True,
    extensions=["jinja2.ext.do"],
    finalize=lambda v: "" if v is None else v,
)

for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = {"output": env.from_string(request["template"]).render(**request["data"])}
    except Exception as e:
        answer = {"error": type(e).__name__ + ": " + str(e)}
    print(json.dumps(answer), flush=True)
