import numpy as np
import pandas as pd
import pytest

from latentmaps.vae.network.encodings import Encodings
from latentmaps.vae.pictures import latent_charts

RANDOM = np.random.default_rng(3)


def encodings(latent_dim: int = 6) -> Encodings:
    mean = RANDOM.normal(size=(40, latent_dim)) * np.arange(latent_dim) ** 2
    return Encodings(mean, np.full_like(mean, -1.0))


def test_the_chi_density_is_that_of_the_radius_of_the_prior() -> None:
    radius = np.linspace(1e-6, 12.0, 4001)
    for latent_dim in (1, 3, 20):
        density = latent_charts.chi_density(radius, latent_dim)
        assert np.trapezoid(density, radius) == pytest.approx(1.0, abs=1e-3)
    half_normal = np.sqrt(2.0 / np.pi) * np.exp(-0.5 * radius**2)
    np.testing.assert_allclose(latent_charts.chi_density(radius, 1), half_normal, rtol=1e-6)


def test_the_radii_are_those_of_sampled_points() -> None:
    some = encodings()
    chart = latent_charts.draw_radii(some, origin="o", seed=1)
    radii = np.linalg.norm(some.sample_z(seed=1), axis=1)
    assert chart.numbers["radius_mean"] == pytest.approx(radii.mean())
    assert len(chart.figure.axes) == 1


def test_dimensions_are_in_the_order_of_their_kl() -> None:
    chart = latent_charts.draw_dimensions(encodings(), origin="o")
    assert list(np.diff(chart.numbers["kl_nats"]) <= 0) == [True] * 5
    assert chart.numbers["dimension"][0] == 5
    assert len(chart.figure.axes) == 3


@pytest.mark.parametrize("latent_dim", [1, 2, 6])
def test_dimensions_are_counted_in_whole_numbers(latent_dim: int) -> None:
    chart = latent_charts.draw_dimensions(encodings(latent_dim), origin="o")
    for axes in chart.figure.axes:
        ticks = axes.get_xticks()
        assert len(ticks) > 0
        np.testing.assert_array_equal(ticks, np.round(ticks))


def test_each_attribute_has_a_panel() -> None:
    attributes = pd.DataFrame({name: np.arange(40) % 3 == 0 for name in "ABCD"})
    chart = latent_charts.draw_projection(encodings(), attributes, origin="o")
    shown = [axes for axes in chart.figure.axes if axes.get_visible()]
    assert [axes.get_title() for axes in shown] == ["A", "B", "C", "D"]
    assert 0.5 < chart.numbers["variance_share"] <= 1.0


@pytest.mark.parametrize("latent_dim", [1, 6])
def test_faces_without_attributes_are_drawn_in_one_color(latent_dim: int) -> None:
    none = pd.DataFrame(index=range(40))
    chart = latent_charts.draw_projection(encodings(latent_dim), none, origin="o")
    assert "has no attributes" in chart.numbers["caption"]
    assert len(chart.figure.axes) == 1


@pytest.mark.slow
def test_every_chart_has_a_name_and_its_origin() -> None:
    some, attributes = encodings(), pd.DataFrame({"A": np.arange(40) % 3 == 0})
    drawn = latent_charts.draw_all(some, attributes, origin="of a test", seed=1)
    assert list(drawn) == ["z_points", "dimensions", "projection"]
    assert all(chart.numbers["title"].endswith(" - of a test") for chart in drawn.values())
    radii = latent_charts.draw_radii(some, origin="o", seed=1).numbers["radius_mean"]
    assert drawn["z_points"].numbers["radius_mean"] == radii
