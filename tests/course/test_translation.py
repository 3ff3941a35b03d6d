"""A translation carries human text; everything else is the source's."""

from __future__ import annotations

from dataclasses import replace

from tests.course.sample import Sample
from tutor.course.load import load_course
from tutor.course.records import Block, Course


def both(sample: Sample) -> tuple[Course, Course]:
    return load_course(sample.folder, "sv"), load_course(sample.folder, "en")


def test_human_text_is_translated(sample: Sample) -> None:
    _, english = both(sample)
    lesson = english.lessons[0]
    assert (english.title, english.language) == ("Sample", "en")
    assert (lesson.title, lesson.steps[0].title) == ("Begin", "The group")
    assert lesson.intro.startswith("It begins here.")
    assert lesson.steps[0].hints == ("Look at `id`.", "Run `sudo usermod`, and log in again.")
    (question,) = lesson.steps[1].quiz
    assert (question.text, [option.text for option in question.options]) == (
        "What is libvirt?",
        ["A layer", "A hypervisor"],
    )
    assert [option.why for option in question.options] == ["Yes.", "No."]


def test_prose_stands_around_the_sources_blocks(sample: Sample) -> None:
    _, english = both(sample)
    assert [(block.kind, block.text, block.detail) for block in english.lessons[0].steps[0].blocks] == [
        ("prose", "Become a member. See [the next step](#quiz).", ""),
        ("run", 'sudo usermod -aG libvirt "$USER"\nvirsh dominfo ${vm}\n', ""),
        ("prose", "A hole at port ${host_port}:", ""),
        ("example", "guest ---> host\n", ""),
        ("no-run", "virt-manager\n", "needs a desktop"),
    ]


def test_everything_that_grades_is_the_sources(sample: Sample) -> None:
    swedish, english = both(sample)
    for ours, theirs in zip(swedish.steps, english.steps, strict=True):
        assert (ours.id, ours.specs, ours.optional, ours.points, ours.line) == (
            theirs.id,
            theirs.specs,
            theirs.optional,
            theirs.points,
            theirs.line,
        )
        rights = [
            [option.right for question in step.quiz for option in question.options] for step in (ours, theirs)
        ]
        kinds = [[question.kind for question in step.quiz] for step in (ours, theirs)]
        assert rights[0] == rights[1]
        assert kinds[0] == kinds[1]
    assert english.digest == swedish.digest


def test_a_lesson_without_translation_is_the_source(sample: Sample) -> None:
    swedish, english = both(sample)
    assert english.lessons[1] == swedish.lessons[1]


def test_an_empty_illustration_is_the_sources(sample: Sample) -> None:
    sample.replace("en/01-start.md", "guest ---> host\n", "")
    swedish, english = both(sample)
    assert english.lessons[0].steps[0].blocks[3] == swedish.lessons[0].steps[0].blocks[3]


def test_where_blocks_do_not_match_the_source_shows_through(sample: Sample) -> None:
    sample.replace("en/01-start.md", "```bash run\n```\n", "")
    swedish, english = both(sample)
    assert english.lessons[0].steps[0].blocks == swedish.lessons[0].steps[0].blocks
    assert english.lessons[0].steps[0].title == "The group"


def test_a_step_that_is_only_translated_is_left_out(sample: Sample) -> None:
    sample.replace("en/01-start.md", "{#quiz}\n", "{#other}\n")
    swedish, english = both(sample)
    assert english.lessons[0].steps[1] == swedish.lessons[0].steps[1]


def test_prose_after_prose_is_one_block_in_both(sample: Sample) -> None:
    """The source's settings stand between two paragraphs, and the translation has none."""
    sample.replace(
        "sv/02-nets.md", "## Porten {#port}\n", "## Porten {#port}\n\nEtt.\n\n```toml step\npoints = 3\n```\n"
    )
    english = (
        "---\nid: nets\ntitle: Nets\n---\n\n## Port {#port}\n\nOne.\n\nSave it.\n\n```xml file=~/x\n```\n"
    )
    sample.write("en/02-nets.md", english)
    assert sample.lint() == []
    _, course = both(sample)
    prose, file = course.lessons[1].steps[0].blocks
    assert prose == Block("prose", "One.\n\nSave it.", 8)
    assert file == replace(file, kind="file", detail="${xml_file}")
