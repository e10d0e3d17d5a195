"""`.ci/commit_subjects` finds subjects without an imperative, and gives its reason if there is nothing to check."""

import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
AUTHOR = ["-c", "user.name=A", "-c", "user.email=a@example.com"]


def git(root, *arguments):
    done = subprocess.run(["git", "-C", root, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def commit(root, subject):
    git(root, *AUTHOR, "commit", "-q", "--allow-empty", "-m", subject)
    return git(root, "rev-parse", "HEAD")


def check(root, since):
    return subprocess.run([ROOT / ".ci/commit_subjects", root, since], capture_output=True, text=True)


def hygiene(root, since):
    done = subprocess.run([ROOT / ".ci/hygiene", root, since], capture_output=True, text=True)
    return done.returncode, done.stdout


@pytest.fixture(name="history")
def new_history(tmp_path):
    """A repository whose first commit is older than the rule: (root, that commit)."""
    git(tmp_path, "init", "-q")
    return tmp_path, commit(tmp_path, "Kernels: an old subject that nobody can change any more")


@pytest.mark.parametrize(
    "subject, fault",
    [
        ("Add " + "x" * 69, "73 characters, 72 allowed"),
        ("A stream ends with its own error", "begins with 'A'"),
        ("The planner owns the pool", "begins with 'The'"),
        ("One arena for each node", "begins with 'One'"),
        ("No row is rounded twice", "begins with 'No'"),
        ("Under load a key waits", "begins with 'Under'"),
        ("64 tokens a page", "begins with '64'"),
        ("--numa off", "begins with '--numa'"),
        ("Adding a page pool", "a form in -ing: 'Adding'"),
        ("Added a page pool", "a form in -ed: 'Added'"),
        ("Adds a page pool", "a form in -s: 'Adds'"),
        ("Kernels in a folder each", "a form in -s: 'Kernels'"),
        ("add a page pool", "a small letter: 'add'"),
        ("Kernels: add a tile", "has a label: 'Kernels:'"),
        ("Memory arena: take huge pages", "has a label: 'Memory arena:'"),
        ("Add a page pool.", "ends in a full stop"),
    ],
)
def test_a_subject_that_is_no_order_is_found_with_its_commit(history, subject, fault):
    root, since = history
    faulty = commit(root, subject)
    found = check(root, since)
    assert found.returncode == 1
    assert found.stdout.startswith(faulty[:7])
    assert fault in found.stdout and found.stdout.endswith(subject + "\n")


@pytest.mark.parametrize(
    "subject",
    [
        "Add " + "x" * 68,
        "Pass the page size to the planner",
        "Bring the oracle's rounding to AVX2",
        "Feed the sampler one row at a time",
        "Address rows by slot",
        "Take two forms of a schema: $ref and $defs",
    ],
)
def test_an_order_passes(history, subject):
    root, since = history
    commit(root, subject)
    found = check(root, since)
    assert (found.returncode, found.stdout) == (0, "1 subjects are good\n")


def test_hygiene_fails_on_a_faulty_subject(history):
    root, since = history
    commit(root, "Fix a fault")
    assert hygiene(root, since) == (0, "clean\n")
    faulty = commit(root, "The fault is fixed")
    line = f"{faulty[:7]}: begins with 'The', not with an imperative verb: The fault is fixed\n"
    assert hygiene(root, since) == (1, line)


def test_every_faulty_commit_is_named_and_merges_are_not_read(history):
    root, since = history
    commit(root, "The first fault")
    commit(root, "Fix a fault")
    commit(root, "The second fault")
    git(root, *AUTHOR, "checkout", "-q", "-b", "side", since)
    commit(root, "Add a side")
    git(root, *AUTHOR, "merge", "-q", "--no-ff", "-m", "merging a side", "-")
    lines = check(root, since).stdout.splitlines()
    assert [line.rpartition(": ")[2] for line in lines] == ["The second fault", "The first fault"]


def test_without_history_there_is_nothing_to_check(tmp_path_factory, history):
    root, since = history
    commit(root, "The last one")
    shallow = tmp_path_factory.mktemp("shallow")
    git(root, "clone", "-q", "--depth", "1", root.as_uri(), shallow)
    for place in (shallow, tmp_path_factory.mktemp("unpacked")):
        found = check(place, since)
        assert (found.returncode, found.stdout) == (0, f"nothing to check: {since} is not in the history\n")
