"""Answers that lie about their results: too many, too large, of odd types, or forged on the way."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.exercises.running import Limits, run_file
from chainrule.exercises.running.frames import pack, unpack


def run(tmp_path, body, *, top="", calls=1, limits=None):
    lines = "\n".join("    " + line for line in body.strip().split("\n"))
    path = tmp_path / "mallory.py"
    path.write_text(f"import os, sys, json\nimport numpy as np\n{top}\ndef f(x):\n{lines}\n")
    return run_file(path, "f", [{"x": np.array([1.0, 2.0])}] * calls, 2.0, limits or Limits())


RETURNED = {
    "None": ("None", "returned-none"),
    "text": ("'0.5'", "not-numbers"),
    "bytes": ("b'0'", "not-numbers"),
    "complex": ("x * 1j", "not-numbers"),
    "one complex": ("1j", "not-numbers"),
    "objects": ("np.array([None, 'a'], dtype=object)", "not-numbers"),
    "structured": ("np.zeros(3, dtype='f8,i4')", "not-numbers"),
    "dates": ("np.array(['2020-01-01'], dtype='M8[D]')", "not-numbers"),
    "ragged": ("{'w': [[1, 2], [3]]}", "not-numbers"),
    "function": ("f", "not-numbers"),
    "set": ("{1, 2}", "not-numbers"),
    "generator": ("(i for i in x)", "not-numbers"),
    "empty": ("{}", "not-numbers"),
    "no names": ("{1: x, None: x, ('a',): x}", "not-numbers"),
    "long name": ("{'a' * 10**6: x}", "not-numbers"),
    "many keys": ("{str(i): i for i in range(10**6)}", "not-numbers"),
    "petabyte": ("np.broadcast_to(x[0], (10**8, 10**7))", "memory"),
    "large": ("np.zeros(10**7)", "memory"),
    "blank": ("...", "unfinished"),
    "blanks": ("{'w': ..., 'u': ...}", "unfinished"),
}


@pytest.mark.parametrize(("value", "mistake"), RETURNED.values(), ids=RETURNED.keys())
def test_what_is_no_array_of_numbers_does_not_cross(tmp_path, value, mistake):
    call = run(tmp_path, f"return {value}").calls[0]
    assert not call.values
    assert call.problem.mistake == mistake
    assert len(call.problem.message) < 300


def test_too_much_over_all_calls(tmp_path):
    result = run(tmp_path, "return np.zeros(1000)", calls=5, limits=Limits(results=20_000))
    assert len(result.calls) == 2
    assert result.problem.mistake == "memory"


ODD = {
    "__array__": "class Odd:\n    def __array__(self, *a, **k): return x\nreturn Odd()",
    "subclass": "class Odd(np.ndarray): pass\nreturn x.view(Odd)",
    "matrix": "return np.matrix(x)",
    "masked": "return np.ma.masked_array(x, [True, False])",
    "big endian": "return x.astype('>f8')",
    "reduce": "class Odd(np.ndarray):\n    def __reduce__(self): return (os.system, ('true',))\nreturn x.view(Odd)",
    "own dict": "class Odd(dict):\n    def items(self): return [('', x)]\nreturn Odd()",
}


@pytest.mark.parametrize("body", ODD.values(), ids=ODD.keys())
def test_odd_arrays_become_plain_ones(tmp_path, body):
    value = run(tmp_path, body).calls[0].values[""]
    assert type(value) is np.ndarray
    assert value.dtype == np.float64
    np.testing.assert_array_equal(np.ravel(value), [1, 2])


def test_an_array_that_lies_about_its_size(tmp_path):
    body = "class Odd(np.ndarray):\n    @property\n    def nbytes(self): return 0\nreturn np.zeros(10**7).view(Odd)"
    result = run(tmp_path, body, limits=Limits(results=10**6))
    assert not any(call.values for call in result.calls)
    assert (result.problem or result.calls[0].problem).mistake == "memory"


FORGED = {
    "garbage": "os.write(FD, b'\\x80\\x04garbage\\n')",
    "nested": "os.write(FD, b'[' * 100000 + b'\\n')",
    "pickle": 'os.write(FD, b\'{"kind": "call", "arrays": [["w", "object", [1]]]}\\n12345678\')',
    "huge": 'os.write(FD, b\'{"kind": "call", "arrays": [["w", "float64", [1000000000000]]]}\\n\')',
    "negative": 'os.write(FD, b\'{"kind": "call", "arrays": [["w", "float64", [-1]]]}\\n\')',
    "too much": "while True: os.write(FD, bytes(2**20))",
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED.keys())
def test_nonsense_on_the_way_is_noticed(tmp_path, forged):
    body = f"for FD in range(3, 32):\n    try:\n        {forged}\n    except OSError: pass\nreturn x"
    result = run(tmp_path, body, limits=Limits(results=10**6))
    assert not result.calls or not result.calls[0].values or result.problem
    assert (result.problem or result.calls[0].problem).mistake in ("forbidden", "memory", "crashed", "timeout")


def test_a_forged_result_is_only_arrays_for_the_parent_to_judge(tmp_path):
    """Whoever finds the channel can say what they could have returned, and no more."""
    forged = pack({"kind": "call", "form": "dict", "problem": None, "changed": []}, {"w": np.array([42.0])})
    forged += pack({"kind": "call", "form": "dict", "problem": ["passed", "\x1b[2Jall right", 7], "changed": {}})
    forged += pack({"kind": "call", "form": "dict"}) * 10 + pack({"kind": "end", "problem": None})
    body = f"for fd in range(3, 32):\n    try: os.write(fd, {forged!r})\n    except OSError: pass\nos._exit(0)"
    result = run(tmp_path, body, calls=3)
    assert len(result.calls) == 3
    np.testing.assert_array_equal(result.calls[0].values["w"], [42.0])
    assert result.calls[1].problem.mistake == "exception"
    assert "\x1b" not in result.calls[1].problem.message
    assert result.problem is None


ODD_WORDS = {
    "a list for a mistake": {"kind": "end", "problem": [["unfinished"], "x", "y"]},
    "lists for everything": {"kind": "call", "form": [], "problem": [{}, [], {}], "changed": [[]], "left": {"a": []}},
    "a list for a kind": {"kind": [], "form": "dict"},
}


@pytest.mark.parametrize("said", ODD_WORDS.values(), ids=ODD_WORDS.keys())
def test_words_of_odd_types_are_no_fault_of_ours(tmp_path, said):
    forged = pack(said)
    body = f"for fd in range(3, 32):\n    try: os.write(fd, {forged!r})\n    except OSError: pass\nos._exit(0)"
    result = run(tmp_path, body)
    assert (result.problem or result.calls[0].problem).mistake in ("exception", "crashed")


@pytest.mark.parametrize("flood", [b'{"arrays":[]}\n', b'{"arrays":[],"x":[' + b"[]," * 2**20 + b"0]}\n"], ids=len)
def test_of_words_only_so_many_are_read(flood):
    """Reading a hundred megabytes of them would take the judging process a minute or gigabytes."""
    read = unpack(flood * 10**5 if len(flood) < 100 else flood, 2**20)
    with pytest.raises(ValueError, match="too many words"):
        assert len(list(read)) < 0
    assert sum(1 for _ in unpack(flood, len(flood))) == 1


def test_the_judging_process_says_how_many(tmp_path):
    flood = (
        "for fd in range(3, 32):\n    try:\n        for _ in range(80): os.write(fd, FLOOD)\n    except OSError: pass"
    )
    result = run(tmp_path, flood + "\nreturn x", top="FLOOD = b'{\"arrays\":[]}\\n' * 2**12")
    assert result.problem.mistake == "forbidden"


PATCHES = [
    "np.save = np.savez = np.asarray = np.ndarray.tobytes if 0 else None",
    "json.dumps = json.JSONEncoder.encode = lambda *a, **k: 'forged'",
    "sys.stdout = sys.stderr = None; import builtins; builtins.len = lambda x: 0",
    "os.write = lambda *a: 0",
    "np.array = lambda *a, **k: 'array'",
    "for m in list(sys.modules.values()): getattr(m, '__dict__', {}).clear() if m and 'running' in m.__name__ else 0",
]


@pytest.mark.parametrize("patch", PATCHES)
def test_who_breaks_the_machinery_breaks_their_own_answer(tmp_path, patch):
    result = run(tmp_path, f"{patch}\nreturn x")
    problem = result.problem or (result.calls and result.calls[0].problem)
    if not problem:
        np.testing.assert_array_equal(result.calls[0].values[""], [1, 2])


PRINTING = {
    "print": "for _ in range(2**14): print('x' * 2**16)",
    "stderr": "for _ in range(2**14): sys.stderr.write('x' * 2**16)",
    "descriptors": "for _ in range(2**13): os.write(1, bytes(2**16)), os.write(2, bytes(2**16))",
    "original": "for _ in range(2**14): sys.__stdout__.write('x' * 2**16)",
}


@pytest.mark.parametrize("body", PRINTING.values(), ids=PRINTING.keys())
def test_a_gigabyte_is_printed(tmp_path, body):
    result = run(tmp_path, f"{body}\nreturn x")
    assert len(result.printed) <= 10_000
    np.testing.assert_array_equal(result.calls[0].values[""], [1, 2])


def test_asking_for_input(tmp_path):
    problem = run(tmp_path, "return float(input('dw? '))").calls[0].problem
    assert problem.message.startswith("EOFError")
    assert "cannot ask for input" in problem.message


def test_chainrule_itself_is_not_at_hand(tmp_path):
    problem = run(tmp_path, "import chainrule.exercises\nreturn x").calls[0].problem
    assert problem.mistake == "forbidden"
    assert "NumPy alone" in problem.message


def test_the_child_loads_little(tmp_path):
    result = run(tmp_path, "print(*sorted(sys.modules))\nreturn x")
    loaded = result.printed.split()
    assert "running.child" in loaded
    assert not {"matplotlib", "chainrule", "running.isolated", "running.sources", "subprocess"} & set(loaded)


# --- the messages themselves ---


def test_messages_come_back_as_they_were():
    arrays = {"a": np.arange(6.0).reshape(2, 3), "b": np.array(True), "c": np.zeros((0, 4), np.int8)}
    (said, back), (second, _) = unpack(pack({"kind": "call"}, arrays) + pack({"kind": "end"}))
    assert (said, second) == ({"kind": "call"}, {"kind": "end"})
    for name, value in arrays.items():
        np.testing.assert_array_equal(back[name], value)
        assert back[name].dtype == value.dtype


@pytest.mark.parametrize(
    "header",
    ["1", "{}", '{"arrays": 3}', '{"arrays": [[1, "bool", []]]}', '{"arrays": [["a", "O", []]]}', "{",
     '{"arrays": [["a", "float64", [1.5]]]}', '{"arrays": [["a", "float64", [true]]]}', '{"arrays": [[]]}'],
)  # fmt: skip
def test_messages_that_are_none(header):
    with pytest.raises(ValueError):
        list(unpack(header.encode() + b"\n" + bytes(64)))
