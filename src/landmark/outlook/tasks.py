"""Background jobs of the forecast: each calls one action."""

from django_tasks import task


@task()
def fit_forecast(run_id: str) -> None:
    """Fit and store the forecast a run asks for."""
    from landmark.outlook.actions import run_fit

    run_fit(run_id)
