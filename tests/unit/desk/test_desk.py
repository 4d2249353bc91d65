"""The package's front door for notebooks: fast to import, and the same numbers as the workflow's."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import creative_nodes as cn
from creative_nodes.common import InputError

ROOT = Path(__file__).resolve().parents[3]


def test_importing_it_loads_next_to_nothing():
    code = "import sys, creative_nodes as cn; print(*sorted({one.partition('.')[0] for one in sys.modules}), dir(cn))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert not {"pandas", "geopandas", "numpy", "scipy", "shapely", "pydantic", "osmium", "snakemake"} & set(loaded)
    assert "'load_run'" in done.stdout


def test_the_door_is_small_and_told():
    names = [name for name in cn.__all__ if not name.startswith("_")]
    assert len(names) <= 8
    for name in names:
        assert len(getattr(cn, name).__doc__.splitlines()[0]) > 20, name
    assert cn.__version__.count(".") == 2


def test_what_is_not_there_is_said(tmp_path, monkeypatch):
    with pytest.raises(InputError, match=r"hanoy\.yaml: no such city file; did you mean hanoi"):
        cn.load_run("hanoy", root=ROOT)
    with pytest.raises(InputError, match="make it: snakemake hanoi"):
        cn.load_run("hanoi", run="never-made", root=ROOT)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="no project here or above"):
        cn.load_run("hanoi")
    monkeypatch.chdir(ROOT / "docs")
    assert cn.project_folder() == ROOT


def test_a_city_is_begun_without_asking_anybody(tmp_path):
    (tmp_path / "config/cities").mkdir(parents=True)
    (tmp_path / "config/config.yaml").write_bytes((ROOT / "config/config.yaml").read_bytes())
    path = cn.new_city(name="Da Nang", box="108.17,16.03,108.26,16.10", country="VN", root=tmp_path, ask=False)
    said = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert path == tmp_path / "config/cities/da-nang.yaml" and said["epsg"] == 32648 + 1
    assert "nobody was asked" in path.read_text(encoding="utf-8")
