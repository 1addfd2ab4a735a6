"""Runs a command on a terminal and types what it is told to, each when the terminal has shown something.

usage: on_pty.py ROWS COLUMNS SHOWN {TEXT KEYS} -- COMMAND...
TEXT is waited for in what came since the last keys; "" does not wait, "@2" waits two seconds: of a text that was partly there
before, a screen sends the rest alone. KEYS "@close" takes the terminal away. All that came goes to the file SHOWN; the exit code is
the command's, 125 where a text did not come within 20 s, or it goes on for so long without its terminal.
"""
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

rows, columns, shown = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
split = sys.argv.index("--")
script, command = sys.argv[4:split], sys.argv[split + 1:]
steps = [(script[i].encode(), script[i + 1].encode()) for i in range(0, len(script), 2)]

pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    os.environ.update(TERM="xterm-256color", LC_ALL="C.UTF-8")
    # Python ignores these, and what it starts would too: not so what a shell starts.
    for what in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(what, signal.SIG_DFL)
    os.execvp(command[0], command)


def end_of_command():
    for _ in range(2000):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    return 125


all_bytes, since, began = b"", b"", time.monotonic()
while True:
    while steps and (time.monotonic() > began + float(steps[0][0][1:]) if steps[0][0][:1] == b"@" else steps[0][0] in since):
        keys = steps.pop(0)[1]
        if keys == b"@close":
            os.close(fd)
            open(shown, "wb").write(all_bytes)
            sys.exit(end_of_command())
        os.write(fd, keys)
        since, began = b"", time.monotonic()
    if steps and time.monotonic() > began + 20:
        sys.stderr.write("'%s' did not come\n" % steps[0][0].decode())
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        open(shown, "wb").write(all_bytes)
        sys.exit(125)
    if not select.select([fd], [], [], 0.05)[0]:
        continue
    try:
        some = os.read(fd, 65536)
    except OSError:
        break
    if not some:
        break
    all_bytes += some
    since += some
open(shown, "wb").write(all_bytes)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
