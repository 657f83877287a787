from tests.compare.example_stages import File, Stage, Values

from latentmaps.compare import freshness


def chain(*, fact: float = 5.0, read: str | None = "m", drawn: str | None = "d") -> list[Stage]:
    train = Stage("train", [Values({"fact": 5.0}, {"fact": fact})], [File("model", "m")])
    draw = Stage("draw", [File("model", read), File("code.py", "c")], [File("strip", drawn)])
    return [Stage("report", [File("strip", drawn)], [File("page", "p")]), draw, train]


def test_results_that_belong_together_are_fresh() -> None:
    assert freshness.find_stale(chain()) == {}


def test_a_changed_parameter_makes_all_that_hangs_on_it_stale() -> None:
    assert freshness.find_stale(chain(fact=3.0)) == {
        "train": "train ran with other values of fact",
        "draw": "it reads what train writes, and train ran with other values of fact",
        "report": "it reads what draw writes, and it reads what train writes, and train ran with "
        "other values of fact",
    }


def test_a_stage_that_read_another_file_is_stale_and_the_writer_is_not() -> None:
    stale = freshness.find_stale(chain(read="older"))
    assert stale["draw"] == "draw read another model"
    assert set(stale) == {"draw", "report"}


def test_a_stage_that_never_ran_is_stale() -> None:
    assert freshness.find_stale(chain(drawn=None))["draw"] == "draw has never run"
