from latentmaps import errors


def test_a_long_text_is_cut_short() -> None:
    assert errors.excerpt("abcdef", 6) == "abcdef"
    assert errors.excerpt("abcdefg", 6) == "abc..."


def test_refusals_are_named_up_to_ten_and_stay_short() -> None:
    named = errors.describe_refusals([(f"{index}" + "n" * 500, "r" * 500) for index in range(11)])

    assert named.count("rrr...") == 10
    assert named.endswith("; ...")
    assert len(named) < 1700
