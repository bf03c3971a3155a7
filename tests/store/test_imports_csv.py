"""Tables of other programs: whatever way people write them, and whatever is wrong with them."""

import time
from pathlib import Path

import numpy as np
import pytest

from optiviz.engine.run import Run, RunStatus
from optiviz.engine.spec import RunSpec
from optiviz.engine.stopping import StopReason
from optiviz.store import imports
from optiviz.store.atomic import StoreError

VALUES = [4.0, 2.5, 2.5, 0.125]


def opened(tmp_path: Path, text: str | bytes, like=None, name="t.csv") -> Run:
    path = tmp_path / name
    path.write_bytes(text.encode("utf-8") if isinstance(text, str) else text)
    (run,) = imports.open_any(path, like)
    assert run.status is RunStatus.FINISHED
    return run


def f_of(run: Run) -> list[float]:
    return run.trace.rows(0, run.trace.last_k + 1).f.tolist()


def refusal(tmp_path: Path, text: str | bytes, name="t.csv") -> str:
    with pytest.raises(StoreError) as caught:
        opened(tmp_path, text, name=name)
    said = str(caught.value)
    assert "\n" not in said
    assert said.startswith(str(tmp_path / name))
    return said.removeprefix(str(tmp_path / name)).removeprefix(": ")


@pytest.fixture(scope="module")
def sphere():
    spec = RunSpec.from_dict(
        {
            "problem": {
                "kind": "function_nd",
                "function": {"kind": "sphere"},
                "dimension": 2,
            },
            "optimizer": {"kind": "hill_climbing"},
            "stopping": {"max_iterations": 50},
        }
    )
    return Run(spec, "ours").finish()


# Ways of writing


@pytest.mark.parametrize(
    "text",
    [
        "iteration,f\n0,4\n1,2.5\n2,2.5\n3,0.125\n",
        "iteration;f\n0;4,0\n1;2,5\n2;2,5\n3;0,125\n",
        "Iter\tObjective Value\n0\t4.0\n1\t2.5\n2\t2.5\n3\t1.25e-1\n",
        "k f(x)\n0 4.0\n1 2.5\n2 2.5\n3 0.125\n",
        "k    f(x)\n0    4,0\n1    2,5\n2    2,5\n3    0,125\n",
        "\ufeffstep,loss\r\n0,4.0\r\n1,2.5\r\n2,2.5\r\n3,0.125\r\n",
        "# made by hand\n\niteration,f\n0,4.0\n# half way\n1,2.5\n2,2.5\n3,0.125\n\n",
        '"Iteration","Cost"\n"0","4.0"\n"1","2.5"\n"2","2.5"\n"3","0.125"\n',
        "0,4.0\n1,2.5\n2,2.5\n3,0.125\n",
        "f\n4.0\n2.5\n2.5\n0.125\n",
        "4.0\n2.5\n2.5\n0.125\n",
        "global_step, train/loss ,\n0, 4.0,\n1, 2.5,\n2, 2.5,\n3, 0.125,\n",
        "iteration|value\n0|4.0\n1|2.5\n2|2.5\n3|0.125",
        "f,iteration,colour\n4.0,0,red\n2.5,1,blue\n2.5,2,red\n0.125,3,\n",
        "iteration,f\n3,0.125\n0,4.0\n2,2.5\n1,2.5\n",
        "iteration,f\n0,4.0\n1,9.9\n1,2.5\n2,2.5\n3,0.125\n",
        "iteration,f\n0.0,4.0\n1.0,2.5\n2.0,\n2.0,2.5\n3.0,0.125\n",
        "iteration,f\n0,\u22120\n".replace("0,\u22120", "0,4.0\n1,2.5\n2,2.5\n3,0.125"),
        "iteration,best_f\n0,4.0\n1,2.5\n2,2.5\n3,0.125\n",
    ],
)
def test_one_table_however_it_is_written(tmp_path: Path, text: str):
    run = opened(tmp_path, text)
    assert f_of(run) == VALUES
    assert run.best_f == 0.125


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_encodings_of_spreadsheets(tmp_path: Path, encoding: str):
    text = "itération,iteration,f,größe\n0,0,4.0,1\n1,1,2.5,1\n2,2,2.5,1\n3,3,0.125,1\n"
    assert f_of(opened(tmp_path, text.encode(encoding))) == VALUES


def test_all_that_is_written_is_taken(tmp_path: Path, sphere):
    text = "iteration,evaluations,grad_evals,seconds,f,best_f,x1,x2\n"
    text += "0,1,1,0.5,4,4,2,0\n10,21,11,2.5,2,2,1,1\n20,41,21,8.5,3,2,-1,1.5\n"
    run = opened(tmp_path, text, sphere)
    assert run.spec.problem == sphere.spec.problem
    assert run.k == 20
    rows = run.trace.rows(0, 21)
    assert rows.f[[0, 9, 10, 19, 20]].tolist() == [4, 4, 2, 2, 3]  # it stands still in between
    assert rows.evaluations[[0, 9, 10, 20]].tolist() == [1, 1, 21, 41]
    assert rows.gradient_evaluations[[0, 9, 10, 20]].tolist() == [1, 1, 11, 21]
    assert run.trace.seconds(np.array([0, 10, 20])).tolist() == [0.5, 2.5, 8.5]
    assert run.seconds == 8.5
    assert run.state(15).x.tolist() == [1, 1]
    assert run.best_x.tolist() == [1, 1]
    assert run.state_now.best_k == 10
    about = run.spec.optimizer.sentence()
    assert "3 rows of f (lower is better), evaluations, 2 coordinates (x1, x2), seconds" in about


def test_one_whole_file_of_names_that_mean_coordinates(tmp_path: Path):
    for names in ("x0,x1", "x_0,x_1", "x[0],x[1]", "w1,w2", "theta_0,theta_1", "x,y", "X0,X1"):
        run = opened(tmp_path, f"k,f,{names}\n0,5,1,2\n1,4,0,2\n")
        assert run.spec.problem.names == tuple(names.split(","))
        assert run.state_now.x.tolist() == [0, 2]
    assert opened(tmp_path, "x,y\n1,5\n0,4\n").best_f == 4  # y is the value where nothing else is
    assert "coordinate 1 is missing" in refusal(tmp_path, "f,x0,x2\n1,2,3\n")
    assert "coordinate 2 is missing" in refusal(tmp_path, "f,x3,x4\n1,2,3\n")


def test_accuracies_are_read_as_they_stand(tmp_path: Path):
    mlp = Run(RunSpec.load("classic-mlp").with_value("stopping.max_iterations", 3)).finish()
    run = opened(tmp_path, "epoch,accuracy,lr\n0,0.5,1\n1,0.75,1\n2,0.625,0.1\n", mlp)
    reading = run.spec.problem.reading
    assert reading == mlp.spec.problem.reading  # so that they stand on one axis
    assert reading.value(np.array(f_of(run))).tolist() == [0.5, 0.75, 0.625]
    assert float(reading.value(np.array(run.best_f))) == 0.75
    assert "accuracy (higher is better)" in run.spec.optimizer.sentence()
    assert "columns that were not used: lr" in run.spec.optimizer.sentence().lower()
    other = opened(tmp_path, "epoch,reward\n0,-5\n1,3\n", mlp)
    assert other.spec.problem.reading.name == "reward"
    assert float(other.spec.problem.reading.value(np.array(other.best_f))) == 3


def test_a_table_of_other_coordinates_is_a_problem_by_itself(tmp_path: Path, sphere):
    run = opened(tmp_path, "f,x0,x1,x2\n5,1,2,0\n4,0,2,0\n", sphere)
    assert run.spec.problem.kind == "recorded"
    assert run.spec.problem.dim == 3
    assert run.spec.problem.reading.name == sphere.spec.problem.reading.name
    bare = opened(tmp_path, "f\n5\n4\n", sphere)
    assert bare.spec.problem.dim == 0
    assert bare.spec.problem.reading.name == sphere.spec.problem.reading.name


def test_values_that_are_no_numbers(tmp_path: Path):
    run = opened(tmp_path, "k,f\n0,4\n1,nan\n2,\n3,2\n4,NA\n5,1\n")
    assert f_of(run) == [4, 4, 4, 2, 2, 1]
    assert "3 rows without a value are left out" in run.spec.optimizer.sentence()
    run = opened(tmp_path, "k,f\n0,4\n1,8\n2,inf\n3,nan\n")
    assert run.stop_reason is StopReason.DIVERGED
    assert run.k == 2
    assert run.best_f == 4
    assert "no row has a value of f" in refusal(tmp_path, "k,f\n0,nan\n1,\n")


def test_iterations_that_cannot_be_used_are_counted(tmp_path: Path):
    for cells, why in (
        (["0.5", "1", "1.5"], "not whole"),
        (["-1", "0", "1"], "not between"),
        (["1e15", "2e15", "3e15"], "not between"),
        (["1", "1", "1"], "stand twice"),
        (["", "1", "2"], "name no iteration"),
    ):
        run = opened(tmp_path, "iteration,f\n" + "".join(f"{k},{i}\n" for i, k in enumerate(cells)))
        assert run.k == 2
        assert why in run.spec.optimizer.sentence()
    run = opened(tmp_path, "evaluations,f\n1,3\n5,2\n4,1\n")
    assert "evaluations are no counts that rise, and are left out" in run.spec.optimizer.sentence()


def test_a_trace_that_begins_late_stands_still_until_then(tmp_path: Path):
    run = opened(tmp_path, "iteration,f\n5,3\n6,2\n")
    assert f_of(run) == [3, 3, 3, 3, 3, 3, 2]
    assert run.state_now.best_k == 6


def test_several_runs_of_one_table(tmp_path: Path):
    text = "seed,iteration,f,x\n7,0,4,2\n7,1,1,1\nb,0,9,3\n7,2,0.25,0.5\nb,1,4,2\n"
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    one, two = imports.open_any(tmp_path / "t.csv")
    assert (one.name, two.name) == ("seed 7 · t", "seed b · t")
    assert (f_of(one), f_of(two)) == ([4, 1, 0.25], [9, 4])
    assert two.state_now.x.tolist() == [2]
    assert "t.csv, seed b: 2 rows" in two.spec.optimizer.sentence()
    assert f_of(opened(tmp_path, "seed,f\n1,4\n1,3\n")) == [4, 3]  # one run
    assert f_of(opened(tmp_path, "run,f\n1,4\n2,3\n3,5\n")) == [4, 3, 5]  # a number of rows
    many = "run,f\n" + "".join(f"{i // 2},1\n" for i in range(1000))
    assert "has 500 runs by run; at most 200" in refusal(tmp_path, many)
    text = "seed,f\n1,4\n1,5\n2,nan\n2,nan\n"
    assert ", seed 2: no row has a value" in refusal(tmp_path, text)


# What is wrong


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "is empty"),
        (b"\n\n# only this\n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        ("iteration,f\n", "has names of columns and no rows"),
        ("a,b\n1,2\n", "no column has a name of values, such as f, loss or accuracy; there are a"),
        ("iteration,f\n0,1\n1,2,3\n2,3\n", "line 3 has 3 cells instead of 2"),
        ("iteration,f\n0,1\n1\n", "line 3 has 1 cells instead of 2"),
        ("# c\n\niteration,f\n0,1\n1,two\n", "line 5: 'two' in the column f is no number"),
        ("iteration,f\n0,1_000\n", "line 2: '1_000' in the column f is no number"),
        ("iteration,f\nzero,1\n", "line 2: 'zero' in the column iteration is no number"),
        ("f,f\n1,2\n", "two columns are called 'f'"),
        ("f,x1,x_1\n1,2,3\n", "two columns are coordinate 1"),
        (b"iteration,f\n0,1\n1,\0\n", "line 3: is no text: there is a zero byte in it"),
        (bytes(range(256)) * 20, "line 1: is no text"),
        ('iteration,f\n0,"1\n1,2"\n', "in quotes"),
        ("iteration,f\n0,=1+1\n", "'=1+1' in the column f is no number"),
        (b"\xff\xfe" + b"a", "no column has a name of values"),
        ("%PDF-1.4\nhello world\n", "no column"),
        ("<html><body>404</body></html>\n", "no column"),
        ("f,x1\n1,a\n", "line 2: 'a' in the column x1 is no number"),
    ],
)
def test_what_is_wrong_is_one_sentence_with_its_line(tmp_path: Path, text, said: str):
    assert said in refusal(tmp_path, text)


def test_a_path_that_is_no_table(tmp_path: Path):
    with pytest.raises(StoreError, match="there is no such file"):
        imports.open_any(tmp_path / "no.csv")
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(StoreError, match=r"no event file|can't be read"):
        imports.open_any(tmp_path / "a.csv")
    (tmp_path / "a.xyz").write_text("1", encoding="utf-8")
    with pytest.raises(StoreError, match=r"\.csv"):
        imports.open_any(tmp_path / "a.xyz")


def test_anything_at_all_is_a_run_or_a_sentence(tmp_path: Path):
    random = np.random.default_rng(0)
    made: list[Run] = []
    said: list[str] = []
    pieces = [*"0123456789", *",;\t \n\n\n\n.-+e\"'#", "nan", "inf", "f", "x0", "iteration", "1,5"]
    for _ in range(300):
        text = "".join(random.choice(pieces, random.integers(1, 60)))
        head = random.choice(["", "iteration,f\n", "k;f;x0\n", "f x0 x1\n"])
        path = tmp_path / "t.csv"
        path.write_text(head + text, encoding="utf-8")
        try:
            made += imports.open_any(path)
        except StoreError as error:
            said.append(str(error))
    assert len(made) > 0
    assert len(said) > 100
    assert not any("\n" in sentence for sentence in said)
    assert all(run.status is RunStatus.FINISHED for run in made)


def test_a_long_table_is_read_in_time(tmp_path: Path):
    n = 100_000
    f = np.random.default_rng(0).random(n).tolist()
    lines = [f"{k},{k + 1},{v!r},{v!r}" for k, v in enumerate(f)]
    began = time.process_time()
    run = opened(tmp_path, "iteration,evaluations,f,x\n" + "\n".join(lines))
    assert time.process_time() - began < 5
    assert run.k == n - 1
    assert run.state_now.f == f[-1]
