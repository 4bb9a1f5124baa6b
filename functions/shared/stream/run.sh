#!/bin/sh
# What the Lambda Web Adapter starts: a web server on the port where it waits for one. A program of our own gets no
# search path from the runtime, so the layers, the function's code and the runtime's own packages (botocore, which signs
# the database's tokens) are named here.
export PYTHONPATH="${LAMBDA_TASK_ROOT:-.}:/opt/python${PYTHONPATH:+:$PYTHONPATH}:${LAMBDA_RUNTIME_DIR:-/var/runtime}"
exec python3 -m functions.shared.stream
