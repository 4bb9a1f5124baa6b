#!/bin/sh
# What the Lambda Web Adapter starts: a web server on the port where it waits for one. A program of our own gets no
# search path from the runtime, so the layers and the function's code are named here.
export PYTHONPATH="${LAMBDA_TASK_ROOT:-.}:/opt/python${PYTHONPATH:+:$PYTHONPATH}"
exec python3 -m functions.shared.stream
