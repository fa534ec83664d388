"""The supervisor with tiny children instead of the real ones: `python -m slp.local.tests.standin`."""

import os
import signal
import sys

from slp.local import postgres, screen, valkey
from slp.local.errors import LocalError
from slp.local.members import Child, ServerMember
from slp.local.plan import LOCALHOST, WORKER_STOP, Plan, free_port
from slp.local.supervisor import Supervisor

WEB = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
# A worker with a process of its own, which must not survive it.
WORKER = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("standin ready.", flush=True)
time.sleep(600)
"""
STUBBORN = """
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("standin ready.", flush=True)
time.sleep(600)
"""
BROKEN = "import sys; sys.exit('the stand-in is broken on purpose')"


COLD = WORKER_STOP[1:]


def worker_command() -> list[str]:
    kind = os.environ.get("STANDIN_WORKER", "")
    if kind == "celery":
        return [sys.executable, "-m", "celery", "-A", "slp.local.tests.tasks", "worker", "-l", "INFO", "-c", "1"]
    return [sys.executable, "-c", {"stubborn": STUBBORN, "broken": BROKEN}.get(kind, WORKER)]


def main() -> int:
    python, port = sys.executable, free_port()
    worker = Child("worker", worker_command(), says_when_ready=" ready.")
    worker.stop_signals = [(signal.SIGTERM, float(os.environ.get("STANDIN_PATIENCE", "0.5"))), *COLD]
    plan = Plan(
        servers=[ServerMember("postgres", postgres.server), ServerMember("valkey", valkey.server)],
        prepare=[python, "-c", os.environ.get("STANDIN_PREPARE", "print('  prepared')")],
        children=[
            Child("web", [python, "-c", WEB, str(port)], health=(LOCALHOST, port, "/health/ready")),
            worker,
            Child("beat", [python, "-c", "import time; time.sleep(600)"]),
        ],
        url=f"http://localhost:{port}",
    )
    try:
        return Supervisor(plan).run()
    except LocalError as error:
        screen.complain(str(error))
        return 1


if __name__ == "__main__":
    sys.exit(main())
