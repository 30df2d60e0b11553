"""Tests as functions: each `test_...` of the calling script runs in an empty folder of its own and
fails by raising; results in TAP."""
import os
import sys
import tempfile
import traceback

# costs are as built in: neither measured here nor kept at home
os.environ.pop("XDG_CACHE_HOME", None)
os.environ["HOME"] = ""


def write(path, text):
    with open(path, "wb" if isinstance(text, bytes) else "w") as file:
        file.write(text)
    return path


def no_leftovers(*allowed):
    """Nothing is in the folder but what the test put there."""
    found = set(os.listdir("."))
    assert found == set(allowed), found ^ set(allowed)


def main(tests, after=lambda: None):
    """`after` is called when a test is over, however it went, still in its folder."""
    tests = [(n, f) for n, f in tests.items() if n.startswith("test_")]
    failed = 0
    print(f"1..{len(tests)}")
    for number, (name, function) in enumerate(tests, 1):
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            try:
                function()
                word = "ok"
            except Exception:
                word = "not ok"
                failed += 1
                for line in traceback.format_exc().splitlines():
                    print("# " + line)
            after()
            os.chdir("/")
        print(f"{word} {number} - {name[5:]}", flush=True)
    sys.exit(failed > 0)
