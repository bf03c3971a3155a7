"""The settings of a study's configurations in full: what all share, and in what they differ."""

from collections.abc import Iterator, Sequence

from optiviz.engine.parameters import fields
from optiviz.engine.wording import capitalised
from optiviz.reports.document import Block, Grid, Paragraphs, Part, Settings
from optiviz.reports.studies.summary import seeds_words
from optiviz.reports.words import Group, Setting, groups, setting_words
from optiviz.studies.plan import SPLIT_SEED, Study
from optiviz.studies.swept import setting_of

_FULL = 24  # configurations whose settings are all written out
_ROWS = 200  # of a table of what was varied
_SEED = ("Randomness and start", "Seed")  # which the study's own take the place of


def settings_of(study: Study) -> Iterator[Part]:
    """Yield the study's own settings, those that all have, and those that only some have."""
    yield Part("Of the study", (Settings((_of_study(study),)),))
    specs = [configuration.spec for configuration in study.configurations]
    shown = specs[:1] if study.over else specs[:_FULL]
    found = [_without_seeds(groups(spec), study) for spec in shown]
    if study.over:
        yield Part("What was varied", tuple(_varied(study)))
        yield Part(f"All settings of {study.configurations[0].name}", (Settings(tuple(found[0])),))
        return
    if len(found) == 1:
        yield Part("Of the runs", (Settings(tuple(found[0])),))
        return
    shared = _shared(found)
    common = tuple(_only(found[0], shared, True))
    if common:
        yield Part("What all have in common", (Settings(common),))
    for configuration, own in zip(study.configurations, found, strict=False):
        rest = tuple(_only(own, shared, False))
        sources: tuple[Block, ...] = ()
        if configuration.spec.optimizer.source:
            said = f"Source of the algorithm: {configuration.spec.optimizer.source}."
            sources = (Paragraphs((said,)),)
        yield Part(configuration.name, (*((Settings(rest),) if rest else ()), *sources))
    if len(specs) > len(found):
        left = f"{len(specs) - len(found):,} more configurations are in the exact plan."
        yield Part("", (Paragraphs((left,)),))


def _of_study(study: Study) -> Group:
    known = {field.name: field for field in fields(Study)}
    rows = [
        Setting(known[name].label, seeds_words(seeds), known[name].param.help)
        for name, seeds in (
            ("search_seeds", study.search_seeds),
            ("split_seeds", study.split_seeds),
        )
        if seeds
    ]
    for name in ("measure", "target", "gradient_weight"):
        rows.append(setting_words(known[name], getattr(study, name)))
    return Group("Seeds and measure", tuple(rows))


def _varied(study: Study) -> Iterator[Block]:
    """Yield a table of what a sweep varies, a row for each configuration."""
    swept = [setting_of(study, path) for path in study.over]
    n = len(study.configurations)
    left = f"{n - _ROWS:,} more are in the exact plan." if n > _ROWS else ""
    yield Grid(
        "The configurations",
        ("Configuration", *(capitalised(one.label) for one in swept)),
        tuple(
            (c.name, *(one.texts[int(one.of[i])] for one in swept))
            for i, c in enumerate(study.configurations[:_ROWS])
        ),
        note=f"All other settings are the same, those of the list below. {left}".strip(),
    )


def _without_seeds(found: Sequence[Group], study: Study) -> list[Group]:
    """Leave out the seeds that those of the study take the place of."""
    split = SPLIT_SEED.rpartition(".")[2].replace("_", " ") if study.split_seeds else ""
    made = []
    for group in found:
        kept = tuple(
            one
            for one in group.settings
            if (group.title, one.label) != _SEED and one.label.lower() != split
        )
        if kept:
            made.append(Group(group.title, kept))
    return made


_Row = tuple[str, str, str]


def _shared(found: Sequence[Sequence[Group]]) -> set[_Row]:
    """Return the settings that all configurations have with the same value."""
    rows = [
        {(group.title, one.label, one.value) for group in own for one in group.settings}
        for own in found
    ]
    return set.intersection(*rows)


def _only(found: Sequence[Group], shared: set[_Row], is_shared: bool) -> Iterator[Group]:
    for group in found:
        rows = tuple(
            one
            for one in group.settings
            if ((group.title, one.label, one.value) in shared) is is_shared
        )
        if rows:
            yield Group(group.title, rows)
