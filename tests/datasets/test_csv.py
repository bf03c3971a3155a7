"""Without these, a run on somebody's own table would be lost, or read files that nobody chose."""

import builtins
import io
import os
import sys

import numpy as np
import pytest

import optiviz
from optiviz import testing
from optiviz.cli.shared import read_settings
from optiviz.datasets import loading
from optiviz.datasets.csv import Csv
from optiviz.engine.parameters import SpecError
from optiviz.engine.spec import RunSpec
from optiviz.studies import sweep
from optiviz.studies.execution import execute
from optiviz.studies.results import Results
from optiviz.tables import contents
from tests.own_table import spec_text

TABLE = "length (cm);length (in);kind\n1,5;2;x\n2,5;3;y\n3,5;1;x\n4,5;7;y\n5;3;x\n6;1;y\n"


@pytest.fixture
def spec_file(tmp_path):
    (tmp_path / "my.csv").write_text(TABLE)
    file = tmp_path / "spec.toml"
    file.write_text(spec_text("my.csv", 5))
    return file


@pytest.mark.parametrize("check", testing.DATASET_CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("target", ["sort", "weight"])
def test_keeps_what_every_dataset_keeps(check, target):
    check(Csv(target=target))


def test_a_spec_of_ones_own_names_a_file_beside_it(spec_file):
    dataset = RunSpec.load(spec_file).problem.dataset
    assert dataset.file == "my.csv"
    assert contents.get(dataset.content) == TABLE.encode()
    data = dataset.load()
    assert data.class_names == ("x", "y")
    assert data.target_name == "kind"
    assert data.feature_names == ("length (standardized)", "length (standardized) (2)")


def test_what_was_found_is_said_so_that_it_is_found_again(spec_file):
    dataset = RunSpec.load(spec_file).problem.dataset
    said = dataset.to_dict()
    assert (said["delimiter"], said["decimal"], said["header"]) == ("semicolon", "comma", True)
    assert (said["encoding"], said["target"], said["task"]) == ("utf-8", "kind", "classes")
    assert Csv.from_dict(said) == dataset


def test_a_run_needs_no_file_once_it_is_made(spec_file):
    spec = RunSpec.load(spec_file)
    (spec_file.parent / "my.csv").unlink()
    assert optiviz.run(RunSpec.from_dict(spec.to_dict())).best_f <= 1


@pytest.mark.parametrize("content", ["", "0" * 64])
@pytest.mark.parametrize("name", ["/etc/passwd", "../my.csv", "my.csv"])
def test_somebody_elses_spec_reads_no_file(content, name, monkeypatch):
    spec = RunSpec.load("classic-mlp").to_dict()
    spec["problem"]["dataset"] = {"kind": "csv", "file": name, "content": content}
    Csv()  # what is imported at first use is imported

    def refuse(*args, **kwargs):
        raise AssertionError(f"opened {args[0]!r}")

    for module, function in ((builtins, "open"), (io, "open"), (os, "open"), (os, "stat")):
        monkeypatch.setattr(module, function, refuse)
    with pytest.raises(SpecError) as caught:
        RunSpec.from_dict(spec)
    monkeypatch.undo()
    (mistake,) = caught.value.mistakes
    assert mistake.path == "problem.dataset.content"
    assert "choose" in mistake.message
    assert "\n" not in mistake.message


def test_a_file_that_is_not_there_is_a_sentence(spec_file):
    (spec_file.parent / "my.csv").unlink()
    with pytest.raises(SpecError, match="there is no such file") as caught:
        RunSpec.load(spec_file)
    assert caught.value.mistakes[0].path == "problem.dataset.file"


@pytest.mark.skipif(sys.platform == "win32", reason="no files with holes")
def test_a_file_of_a_gigabyte_is_refused_before_it_is_read(spec_file):
    with (spec_file.parent / "my.csv").open("r+b") as file:
        file.truncate(2**30)
    with pytest.raises(SpecError, match="1,024 MB; tables of at most 256 MB"):
        RunSpec.load(spec_file)


def test_a_pipe_or_a_device_is_no_table(spec_file):
    spec_file.write_text(spec_text("/dev/zero", 5))
    with pytest.raises(SpecError, match="there is no such file"):
        RunSpec.load(spec_file)


def test_one_class_one_row_no_row_are_sentences():
    for text, field, sentence in (
        ("a,k\n1,x\n2,x\n", "target", "one class alone"),
        ("a,k\n1,2.5\n", "features", "one row alone"),
        ("a,k\nx,2.5\n1,NA\n2,NA\n", "features", "no row can be used"),
    ):
        with pytest.raises(SpecError) as caught:
            Csv(content=contents.put(text.encode()), header=True)
        (mistake,) = caught.value.mistakes
        assert mistake.path == field
        assert sentence in mistake.message


def test_numbers_to_predict_are_standardized_if_wanted():
    usual, scaled = Csv(target="weight", standardize_target=False), Csv(target="weight")
    assert usual.sizes().n_classes == 0
    assert usual.load().target_name == "weight"
    assert scaled.load().target_name == "weight (standardized)"
    assert abs(scaled.load().y_train.mean()) < 1e-12
    np.testing.assert_array_equal(
        Csv(standardize_target=False).load().y_train, Csv().load().y_train
    )


def test_a_study_in_processes_takes_the_table_along(spec_file):
    study = sweep.grid(RunSpec.load(spec_file), {"optimizer.step_size": [0.1, 0.2]})
    results = execute(Results(study), 2)
    assert [record.failure for record in results.records.values()] == ["", ""]


def test_the_command_line_reads_a_file_that_is_set(tmp_path):
    (tmp_path / "my.csv").write_text(TABLE)
    values = read_settings(
        ["problem.dataset.kind=csv", f"problem.dataset.file={tmp_path / 'my.csv'}"]
    )
    spec = RunSpec.load("classic-mlp").with_values(values)
    assert spec.problem.dataset.file == "my.csv"
    (tmp_path / "other.csv").write_text("a,b\n1,u\n2,v\n3,u\n4,v\n")
    other = spec.with_values(read_settings([f"problem.dataset.file={tmp_path / 'other.csv'}"]))
    assert other.problem.dataset.delimiter == "comma", "what was found is found anew"
    assert other.problem.dataset.target == "b"


def test_large_data_are_not_all_remembered(monkeypatch):
    monkeypatch.setattr(loading, "_MOST_REMEMBERED", 150)  # the sample has 24 rows of 3
    splits = [Csv(split_seed=seed) for seed in range(50, 54)]
    first = splits[0].load()
    assert splits[0].load() is first
    for one in splits:
        one.load()
    assert splits[0].load() is not first, "a test share that is dragged would fill the memory"


def test_a_caption_says_what_is_learned_and_what_is_left_out():
    text = "a,b,<b>k</b>\n1,2,x\n3,4,y\n5,,x\n6,7,y\n,,\n"
    table = Csv(file="my <i>.csv", content=contents.put(text.encode()))
    assert table.caption() == (
        "The table my <i>.csv has 3 rows of 2 features; the target is <b>k</b>, one of 2 classes "
        '(x, y). 2 rows were left out; the first is line 4: has no value in column "b".'
    )
    long = "n" * 300
    many = f"a,{long}\n" + "".join(f"{i},{long}{i}\n" for i in range(30))
    assert len(Csv(file=long[:255], content=contents.put(many.encode())).caption()) < 700
    assert "the target is weight, a number." in Csv(target="weight").caption()
