"""Profiles for clusters: every rule of a city is in a group, the same in both, and options are those of Snakemake."""

import re
from pathlib import Path

import pytest
import yaml
from snakemake.cli import get_argument_parser

ROOT = Path(__file__).resolve().parents[2]
# asked for one at a time, or of all cities together
ALONE = {"cut_extract", "download_file", "refresh_downloads", "try_site", "compare_runs", "write_changes", "new_city"}
TOGETHER = {"pool_backtest", "write_index", "write_catalogue", "write_comparison", "record_run"}
# of the plugins, which need not be installed: kubernetes 0.5.1, slurm 2.8.0
OF_PLUGINS = {
    *("slurm-status-command", "slurm-init-seconds-before-status-checks", "slurm-requeue"),
    *("kubernetes-namespace", "kubernetes-persistent-volumes"),
}


def profile(name):
    return yaml.safe_load((ROOT / f"workflow/profiles/{name}/config.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["slurm", "kubernetes"])
def test_every_rule_of_a_city_is_in_a_group(name):
    rules = {path.stem for path in (ROOT / "scripts").glob("*.py") if not path.name.startswith("_")}
    assert set(profile(name)["groups"]) == rules - ALONE - TOGETHER
    assert profile(name)["groups"] == profile("slurm")["groups"]


@pytest.mark.parametrize("name", ["default", "slurm", "kubernetes"])
def test_options_are_those_of_snakemake(name):
    known = {option.lstrip("-") for action in get_argument_parser()._actions for option in action.option_strings}
    assert not set(profile(name)) - known - OF_PLUGINS


def test_the_profile_that_nobody_ran_says_so():
    text = (ROOT / "workflow/profiles/kubernetes/config.yaml").read_text(encoding="utf-8")
    assert "NEVER RUN" in text


def test_the_catalogue_of_workflows_can_show_this_one():
    """Its rules for standardised usage: https://snakemake.github.io/snakemake-workflow-catalog/docs/catalog.html."""
    shown = yaml.safe_load((ROOT / ".snakemake-workflow-catalog.yml").read_text(encoding="utf-8"))["usage"]
    rules = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "workflow").rglob("*.smk"))
    top = (ROOT / "workflow/Snakefile").read_text(encoding="utf-8")
    assert "config.yaml" in (ROOT / "config/README.md").read_text(encoding="utf-8")
    assert set(shown) == {"software-stack-deployment", "report"} and shown["report"] == ("report(" in rules)
    deployed = shown["software-stack-deployment"]
    assert set(deployed) == {"conda", "singularity", "singularity+conda"}
    # what it offers is what the rules declare
    environments = set(re.findall(r"^    conda:\n        (.+)$", rules, re.MULTILINE))
    assert environments == {'"../../environment.yml"'} and deployed["conda"]
    assert deployed["singularity"] == deployed["singularity+conda"] == ("container:" in rules + top)
