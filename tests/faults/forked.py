"""A program as a server of its own runs (forked.c): each is forked from before main, and can have one fault."""
import errno, os, pathlib, platform, re, select, shutil, signal, subprocess, sys

PATIENCE = 60  # seconds: a run takes a few hundredths of one


def can_be():
    return bool(shutil.which("gcc")) and platform.machine() == "x86_64"


def call_numbers():
    text = subprocess.run(["gcc", "-E", "-dM", "-include", "sys/syscall.h", "-xc", "/dev/null"], capture_output=True, text=True, check=True).stdout
    return {name: int(number) for name, number in re.findall(r"#define __NR_(\w+) (\d+)", text)}


class Forked:
    """Runs of `program`; `work`: a folder for what they print."""

    def __init__(self, program, work, environment):
        self.program, self.work, self.numbers = program, work, call_numbers()
        self.library = work / "forked.so"
        subprocess.run(["gcc", "-w", "-O1", "-shared", "-fPIC", "-o", str(self.library), str(pathlib.Path(__file__).parent / "forked.c")], check=True)
        self.environment = {**environment, "FORKED_OUT": str(work / "out"), "FORKED_ERR": str(work / "err")}
        self.server = None

    def start(self):
        answers, end = os.pipe()
        # The server's descriptor 3, whatever the number is here.
        self.server = subprocess.Popen(["sh", "-c", f'exec env LD_PRELOAD="{self.library}" "{self.program}" 3>&{end} {end}>&-'], stdin=subprocess.PIPE, pass_fds=[end],
                                       text=True, env=self.environment, start_new_session=True)
        os.close(end)
        self.answers = os.fdopen(answers)

    def doing(self):
        """What the threads of the server's processes do: their state, processor time (ticks), and the call they are in."""
        told = []
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if os.getpgid(int(process.name)) == self.server.pid:
                    for thread in (process / "task").iterdir():
                        name, rest = (thread / "stat").read_text().rsplit(")", 1)
                        told.append(f"{name}) {rest.split()[0]} {rest.split()[11:13]} {(thread / 'syscall').read_text().strip()}")
            except OSError:
                pass
        return told

    def end(self):
        if self.server:
            os.killpg(self.server.pid, signal.SIGKILL)
            self.server.wait()
            self.server = None

    def run(self, *words, allocation=0, transfer=0, call=None, number=0, error=None):
        """`error`: errno's name; None: killed at the call. `number` -1: no fault. The result has, beside what subprocess.run gives, the
        counts of allocations, transfers and calls, and with `number` -1 `places`: of each first call from a place in the program its number,
        and a number for the place."""
        if not self.server:
            self.start()
        numbers = (allocation, transfer, self.numbers[call] if call else -1, number, getattr(errno, error) if error else 0, len(words) + 1)
        self.server.stdin.write(" ".join(map(str, numbers)) + "\n" + "".join(word + "\n" for word in (self.program, *words)))
        self.server.stdin.flush()
        if not select.select([self.answers], [], [], PATIENCE)[0]:
            told = self.doing()
            self.end()
            done = subprocess.CompletedProcess(words, -9, "", f"it never ended: {told}")
            done.counts, done.places = (0, 0, 0), {}
            return done
        status, *counts = map(int, self.answers.readline().split())
        out, err = ((self.work / name).read_text(errors="replace") for name in ("out", "err"))
        done = subprocess.CompletedProcess(words, status, out, err)
        done.counts, done.places = counts[:3], dict(zip(counts[3::2], counts[4::2]))
        return done
