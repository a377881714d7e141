"""Runs a shell command and writes what it cost: usage of the command and of everything it waited for.

usage: python3 -I meter.py RESULT COMMAND

RESULT gets {"cpu_seconds": float, "max_rss_bytes": int}. cpu_seconds is user plus system time. max_rss_bytes is the
largest resident size of any one process; it can't be smaller than this interpreter's own size at the time of fork
(about 10 MiB), because Linux counts the pages of the forked copy. Exits as the command did (128 + n after signal n).
"""
import json
import os
import sys

result, command = sys.argv[1], sys.argv[2]
child = os.fork()
if child == 0:
    os.execv("/bin/sh", ["/bin/sh", "-c", command])
_, status, usage = os.wait4(child, 0)
# usage covers the shell and what it waited for; children of the meter that were reparented to it are not counted.
scale = 1 if sys.platform == "darwin" else 1024
with open(result, "w", encoding="ascii") as stream:
    json.dump({"cpu_seconds": usage.ru_utime + usage.ru_stime, "max_rss_bytes": usage.ru_maxrss * scale}, stream)
sys.exit(128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status))
