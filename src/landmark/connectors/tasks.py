"""Background jobs of imports: each calls one action."""

from django_tasks import task


@task()
def check_import(run_id: str) -> None:
    """Read an upload and say what it would change."""
    from landmark.connectors.actions import check_run

    check_run(run_id)


@task()
def apply_import(run_id: str, member_id: str) -> None:
    """Write a checked import, then have the forecast renewed."""
    from landmark.connectors.actions import apply_run
    from landmark.orgs.models import Member

    apply_run(run_id, by=Member.objects.get(id=member_id))
