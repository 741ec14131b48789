"""Imports from the first file to the last row: start, check, apply, throw away.

Answers: what a person or the command line may do with an import, step by step. Does not answer: what the rows become
(``plan``), how they are written (``apply``), how a page shows it.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from landmark.connectors.apply import apply_parsed
from landmark.connectors.known import to_days
from landmark.connectors.models import ImportRun
from landmark.connectors.organisations import find_org, make_org, name_from_files
from landmark.connectors.parsed import Parsed, StructuralError
from landmark.connectors.preview import Tick, first_problems, iter_plans, prepare, report, stay_quiet
from landmark.connectors.progress import folder_of, is_silent, remove_files, write_progress
from landmark.connectors.recognise import parse_files
from landmark.connectors.rejects import write_rejects
from landmark.connectors.uploads import Upload, digest_of, rename_in, speak_names, split_mapping, store_uploads
from landmark.deals.policies import Refused
from landmark.orgs.models import Member, Organisation
from landmark.orgs.permissions import check_right
from landmark.orgs.roles import Right
from landmark.playbook.loader import load_playbook

logger = logging.getLogger(__name__)

REJECTS = "rejected-rows.csv"


def start_import(
    org: Organisation, uploads: Sequence[Upload], *, by: Member, is_strict: bool = False, made_org: bool = False
) -> ImportRun:
    """Keep uploaded files for a new run. StructuralError when there are none or too many."""
    check_right(by, Right.IMPORT)
    if by.org_id != org.id:
        raise Refused(_("Import into an organisation you belong to."))
    if org.is_sample:
        raise Refused(_("The sample stays as it is: import into a new organisation of your own."))
    run = ImportRun(org=org, member=by, is_strict=is_strict, made_org=made_org)
    try:
        run.files, run.digest = store_uploads(run.id, uploads)
    except StructuralError:
        remove_files(run.id)
        raise
    run.save()
    return run


def check_run(run_id: UUID | str) -> ImportRun:
    """Dry run: read everything, decide everything, write nothing but the report."""
    run = ImportRun.objects.select_related("org").get(id=run_id)
    if run.status != "uploaded":
        return run

    def look() -> None:
        parsed = _parse(run)
        run.counts, run.problems = preview(run.org, parsed, _in_row(run)), first_problems(parsed)
        run.counts["is_same"] = is_same_as_last(run)
        run.source = parsed.source[:40]
        run.rejects = REJECTS if write_rejects(parsed.problems, folder_of(run.id) / REJECTS) else ""
        run.status, run.phase, run.percent = "checked", "", 100
        run.save()

    _guard(run, look)
    return run


def apply_run(run_id: UUID | str, *, by: Member | None = None, enqueue_fit: bool = True) -> ImportRun:
    """Write the checked run, then ask for a forecast. A run that somebody else applies is left alone."""
    claimable = ["checked", "queued"] + (["applying"] if is_silent(UUID(str(run_id))) else [])
    claimed = ImportRun.objects.filter(id=run_id, status__in=claimable).update(status="applying", percent=0)
    run = ImportRun.objects.select_related("org", "member").get(id=run_id)
    if not claimed:
        return run
    tick = _in_file(run)
    tick("reading the files", 0)

    def write() -> None:
        if not is_same_as_last(run):
            apply_parsed(run, _parse(run), by=by or run.member, tick=tick)
        else:
            run.status, run.percent, run.finished_at = "applied", 100, timezone.now()
            run.save()
        _forget_uploads(run)

    _guard(run, write)
    if run.status == "applied" and not run.counts.get("is_same"):
        # Only now: the forecast brings numerical libraries, and reading a large file needs the memory.
        from landmark.outlook.actions import start_fit

        start_fit(Organisation.objects.get(id=run.org_id), by=by or run.member, enqueue=enqueue_fit)
    return run


def ask_to_apply(run: ImportRun, *, by: Member) -> None:
    """A person says yes: the rest happens in the background."""
    from landmark.connectors.tasks import apply_import

    check_right(by, Right.IMPORT)
    askable = ["checked", "applying"] if is_silent(run.id) else ["checked"]
    write_progress(run.id, _("Waiting for its turn"), 0)
    if not ImportRun.objects.filter(id=run.id, org=by.org, status__in=askable).update(status="queued"):
        raise Refused(_("This import cannot be applied now; open it again to see where it stands."))
    apply_import.enqueue(str(run.id), str(by.id))


def discard_run(run: ImportRun, *, by: Member) -> None:
    """Throw an import away before it is applied; an organisation made only for it goes too."""
    check_right(by, Right.IMPORT)
    if by.org_id != run.org_id:
        raise Refused(_("This import belongs to another organisation."))
    if run.status not in {"uploaded", "checked", "failed"}:
        raise Refused(_("This import is being applied or done; it cannot be thrown away any more."))
    remove_files(run.id)
    if run.made_org and not run.org.deals.exists():
        run.org.delete()
        return
    run.status, run.files, run.problems = "discarded", [], []
    run.save()


@dataclass(frozen=True, slots=True)
class Preview:
    """What a dry run on the command line found."""

    org_name: str
    is_new_org: bool
    counts: dict[str, Any]
    problems: list[dict[str, Any]]


def import_paths(
    paths: Sequence[str | Path],
    *,
    org_name: str = "",
    is_sample: bool = False,
    mapping: str | Path | None = None,
    strict: bool = False,
    on_progress: Tick = stay_quiet,
    rejects_path: Path | None = None,
) -> ImportRun:
    """Import files from this machine in one go; the organisation is made if absent. StructuralError applies nothing.

    For the command line and the demo: whoever runs them owns the machine, so no right is asked for.
    """
    files = [Path(path) for path in paths]
    digest = digest_of([*files, Path(mapping)] if mapping else files)
    name = org_name or name_from_files(files)
    org = None if is_sample else find_org(name)
    if org and is_same_file(org, digest):
        run = ImportRun.objects.filter(org=org, digest=digest, status="applied").latest("finished_at")
        run.was_same = True
        return run
    on_progress("reading the files", 0)
    parsed = parse_files(files, mapping, strict, playbook=load_playbook(org.playbook) if org else None)
    on_progress("reading the files", 100)
    with transaction.atomic():
        org = org or make_org(name, is_sample=is_sample, currency=usual_currency(parsed))
        run = ImportRun(org=org, status="applying", digest=digest, is_strict=strict, problems=first_problems(parsed))
        run.files = [{"name": path.name, "size": path.stat().st_size} for path in files]
        run.save()
        apply_parsed(run, parsed, by=None, tick=on_progress)
    if rejects_path and write_rejects(parsed.problems, rejects_path):
        run.rejects = str(rejects_path.name)
        run.save(update_fields=["rejects"])
    return run


def preview_paths(
    paths: Sequence[str | Path],
    *,
    org_name: str = "",
    mapping: str | Path | None = None,
    strict: bool = False,
    on_progress: Tick = stay_quiet,
) -> Preview:
    """The dry run of ``import_paths``: a new organisation is made, looked at and taken back."""
    files = [Path(path) for path in paths]
    name = org_name or name_from_files(files)
    org = find_org(name)
    on_progress("reading the files", 0)
    parsed = parse_files(files, mapping, strict, playbook=load_playbook(org.playbook) if org else None)
    with transaction.atomic():
        counts = preview(org or make_org(name), parsed, on_progress)
        transaction.set_rollback(True)
    return Preview(org.name if org else name, org is None, counts, first_problems(parsed))


def preview(org: Organisation, parsed: Parsed, tick: Tick) -> dict[str, Any]:
    """Decide everything, write nothing, count."""
    prepared = prepare(org, parsed, load_playbook(org.playbook), to_days(timezone.now()))
    for _plans in iter_plans(prepared, tick, "comparing"):
        pass
    return report(prepared)


def is_same_file(org: Organisation, digest: str) -> bool:
    """The last file applied here was this very one."""
    last = ImportRun.objects.filter(org=org, status="applied").order_by("-finished_at").first()
    return last is not None and bool(digest) and last.digest == digest


def is_same_as_last(run: ImportRun) -> bool:
    return is_same_file(run.org, run.digest)


def usual_currency(parsed: Parsed) -> str:
    """The currency most deals carry, or ""."""
    codes = [deal.currency.upper() for deal in parsed.deals if len(deal.currency) == 3]
    return max(set(codes), key=codes.count) if codes else ""


def _parse(run: ImportRun) -> Parsed:
    paths = [folder_of(run.id) / file["stored"] for file in run.files]
    data, mapping = split_mapping(paths)
    try:
        parsed = parse_files(data, mapping, run.is_strict, playbook=load_playbook(run.org.playbook))
    except StructuralError as error:
        raise StructuralError(speak_names(str(error), run.files)) from None
    rename_in(parsed, run.files)
    return parsed


def _guard(run: ImportRun, work: Callable[[], None]) -> None:
    """A run ends well or with one sentence, never in silence."""
    try:
        work()
    except StructuralError as error:
        _fail(run, str(error))
    except Exception:
        logger.exception("Import %s failed", run.id)
        _fail(
            run, _("Something went wrong on our side; nothing was changed. Please try again, or tell an administrator.")
        )


def _fail(run: ImportRun, sentence: str) -> None:
    ImportRun.objects.filter(id=run.id).update(status="failed", error=sentence[:500], finished_at=timezone.now())
    run.refresh_from_db()


def _forget_uploads(run: ImportRun) -> None:
    """Applied files are in the database; only the rejected rows stay for download."""
    for file in run.files:
        (folder_of(run.id) / file["stored"]).unlink(missing_ok=True)


def _in_row(run: ImportRun) -> Tick:
    def tick(phase: str, percent: int) -> None:
        ImportRun.objects.filter(id=run.id).update(phase=phase, percent=percent)

    return tick


def _in_file(run: ImportRun) -> Tick:
    def tick(phase: str, percent: int) -> None:
        write_progress(run.id, phase, percent)

    return tick
