"""Runs a shell command and writes what it cost: usage of the command and of everything it waited for.

usage: python3 -I meter.py RESULT COMMAND

RESULT gets {"cpu_seconds": float, "max_rss_bytes": int}. cpu_seconds is user plus system time. max_rss_bytes is the
largest resident size of any one process; it can't be smaller than this interpreter's own size at the time of fork
(about 10 MiB), because Linux counts the pages of the forked copy. Exits as the command did (128 + n after signal n).

On Linux, what the command leaves behind is killed before RESULT is written, also what it put in a session of its own:
a process that is still there could write its own RESULT afterwards. When that can't be done there is no RESULT.

What this can't do: count the work of a process that nobody waited for; follow work that the command has another service
do; keep a command from ending the meter, which makes the run a failure. On systems without PR_SET_CHILD_SUBREAPER
nothing is killed here.
"""
import json
import os
import signal
import sys
import time

PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER = 4, 36


def become_reaper():
    """Orphans of the command become children of this process; and none of them may look into it or trace it."""
    try:
        import ctypes

        prctl = ctypes.CDLL(None).prctl
        done = prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
        return done
    except (ImportError, OSError, AttributeError):
        return False


def children():
    """Process numbers of this process's children, those included that have ended."""
    own = str(os.getpid())
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", encoding="latin-1") as stream:
                # The name before the last parenthesis is the process's own choice.
                if stream.read().rpartition(")")[2].split()[1] == own:
                    yield int(name)
        except OSError:
            pass


def end_children():
    """Kills and reaps until there are none; their own children become ours as they die."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        for child in children():
            try:
                os.kill(child, signal.SIGKILL)
            except OSError:
                pass
        try:
            while os.waitpid(-1, os.WNOHANG)[0] != 0:
                pass
        except ChildProcessError:
            return True
        time.sleep(0.001)
    return False


result, command = sys.argv[1], sys.argv[2]
go_read, go_write = os.pipe()
child = os.fork()
if child == 0:
    os.close(go_write)
    # Until the meter reaps: what it imports for that must not be in the copy whose size is measured.
    os.read(go_read, 1)
    os.close(go_read)
    os.execv("/bin/sh", ["/bin/sh", "-c", command])
os.close(go_read)
reaping = become_reaper()
os.close(go_write)
_, status, usage = os.wait4(child, 0)
if reaping and not end_children():
    sys.exit("meter: the command left processes that could not be ended")
# usage covers the shell and what it waited for; children of the meter that were reparented to it are not counted.
scale = 1 if sys.platform == "darwin" else 1024
try:
    os.unlink(result)
except FileNotFoundError:
    pass
with open(result, "x", encoding="ascii") as stream:
    json.dump({"cpu_seconds": usage.ru_utime + usage.ru_stime, "max_rss_bytes": usage.ru_maxrss * scale}, stream)
sys.exit(128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status))
