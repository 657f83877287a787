"""README, figures and the committed results say the same."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from latentmaps.compare import table
from latentmaps.compare.experiment import FACT, Experiment

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("benchmarks/*.md")])


def metrics(stage: str) -> dict[str, Any]:
    """All numbers of a stage; numbers.json is in DVC's cache, its copy in git."""
    files = [ROOT / f"docs/figures/{stage}.json", ROOT / f"reports/{stage}/metrics.json"]
    numbers, headlines = (json.loads(path.read_text(encoding="utf-8")) for path in files)
    return {**numbers, **headlines}


# the columns of the README's table
SAMPLERS = ("real", "prior", "gaussian", "parzen")


def locked_hashes() -> dict[str, str]:
    lock = yaml.safe_load((ROOT / "dvc.lock").read_text(encoding="utf-8"))
    return {out["path"]: out["md5"] for s in lock["stages"].values() for out in s["outs"]}


@pytest.mark.parametrize(
    ("figure", "out"),
    [
        ("prior.png", "reports/draw_samples/prior.png"),
        ("test.png", "reports/draw_reconstructions/test.png"),
        ("traversals.png", "reports/draw_latent_space/traversals.png"),
        ("attributes.png", "reports/draw_latent_space/attributes.png"),
        ("Conv2D_3.png", "reports/draw_oips/Conv2D_3.png"),
        ("train_vae.json", "reports/train_vae/numbers.json"),
        ("evaluate_vae.json", "reports/evaluate_vae/numbers.json"),
        ("train_cnn.json", "reports/train_cnn/numbers.json"),
    ],
)
def test_a_figure_is_the_file_of_dvc_lock(figure: str, out: str) -> None:
    content = (ROOT / "docs/figures" / figure).read_bytes()
    # DVC hashes with md5; `make figures` copies the files
    assert hashlib.md5(content).hexdigest() == locked_hashes()[out]  # noqa: S324


def test_every_figure_is_shown() -> None:
    pages = [README, *(page.read_text(encoding="utf-8") for page in (ROOT / "docs").glob("*.md"))]
    shown = set(re.findall(r"figures/([\w.]+)", "".join(pages)))
    assert shown == {path.name for path in (ROOT / "docs/figures").iterdir()}


@pytest.mark.parametrize(
    ("stage", "name", "pattern"),
    [
        ("train_vae", "val_total_loss", "{:,.0f}"),
        ("train_vae", "val_kl_share", "{:.2%}"),
        ("train_vae", "val_kl_share_above_floor", ", {:.0%} |"),
        ("evaluate_vae", "bce_per_dim", "{:.4f}"),
        ("evaluate_vae", "kl_nats", "{:.1f} nats"),
        ("evaluate_vae", "psnr_db", "{:.1f} dB"),
        ("evaluate_vae", "ssim", "{:.3f}"),
        ("evaluate_vae", "ms_ssim", "{:.3f}"),
        ("evaluate_vae", "mmd_prior", "{:.4f}"),
        ("evaluate_vae", "mmd_floor", "{:.4f}"),
        ("train_cnn", "test_accuracy", "{:.2%}"),
    ],
)
def test_a_number_of_the_readme_is_that_of_the_committed_metrics(
    stage: str, name: str, pattern: str
) -> None:
    expected = pattern.format(metrics(stage)[name]).replace("%", " %")
    assert expected in README, name


@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize(
    ("title", "name", "pattern"),
    [
        ("Frechet distance", "frechet_distance", "{:.2f}"),
        ("kernel distance", "kernel_distance", "{:z.3f}"),
        ("precision", "precision", "{:.2f}"),
        ("recall", "recall", "{:.2f}"),
        ("coverage", "coverage", "{:.2f}"),
        ("diversity", "diversity", "{:.3f}"),
        ("nearest training face", "nearest_training", "{:.2f}"),
    ],
)
def test_the_table_of_samplers_is_that_of_the_committed_metrics(
    sampler: str, title: str, name: str, pattern: str
) -> None:
    row = metrics("evaluate_vae")["samples"][sampler]
    expected = pattern.format(row[name] if name in row else row["pixels-pca"][name])
    [line] = [line for line in README.splitlines() if line.startswith(f"| {title} |")]
    cells = dict(zip(SAMPLERS, line.split("|")[2:], strict=False))
    assert cells[sampler].strip() == expected


def test_the_table_of_experiments_is_that_of_the_committed_metrics() -> None:
    training, test = metrics("train_vae"), metrics("evaluate_vae")
    parameters = {FACT: training["fact"]}
    sample = Experiment("HEAD", parameters=parameters, training=training, test=test)
    printed = table.render([sample]).partition("\n\n")[0]
    assert f"```\n{printed}\n```" in (ROOT / "docs/compare.md").read_text(encoding="utf-8")


def test_the_readme_tells_every_stage_and_target() -> None:
    for script in (ROOT / "stages").glob("*.py"):
        assert f"`{script.stem}`" in README
    for target in ("make repro", "make test", "make check", "make help"):
        assert target in README


def anchors(page: Path) -> set[str]:
    """The names that GitHub gives to the headings of a page."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
        if link.startswith("https://"):
            continue
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda path: path.stem)
def test_a_page_leads_to_the_code_it_speaks_of(page: Path) -> None:
    links = re.findall(r"\]\((\.\./src/[^)#]+)\)", page.read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (page.parent / link).exists()] == []
