"""`python -m slp.local status|stop`: look at the embedded servers of this SLP_VAR, or stop them."""

import argparse
import signal
import sys

from slp.local import paths, postgres, process, screen, valkey
from slp.local.errors import LocalError
from slp.local.supervisor import running


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m slp.local", description=__doc__)
    parser.add_argument("verb", choices=["status", "stop"])
    try:
        return {"status": status, "stop": stop}[parser.parse_args().verb]()
    except LocalError as error:
        screen.complain(str(error))
        return 1


def status() -> int:
    screen.say(f"state folder  {paths.var()}")
    if told := running():
        screen.say(f"supervisor    process {told['pid']}, {told['url']}")
    for server in (postgres.server, valkey.server):
        where = f"process {server.pid()}, " if server.pid() else ""
        screen.say(f"{server.title:<12}  {server.state().value}, {where}{server.home()}")
    return 0


def stop() -> int:
    """The supervisor where one runs, for it stops everything in order; else what is left."""
    if told := running():
        process.end(told["pid"], [(signal.SIGTERM, 90.0)])
    for server in (valkey.server, postgres.server):
        if server.stop():
            screen.say(f"{server.title} stopped.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
