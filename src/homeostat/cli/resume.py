"""`homeostat resume`: go on with an interrupted batch."""

from homeostat.cli.options import DEFAULT_SITE, AsJson, Batch, SiteDir, Speed, speed_factor
from homeostat.cli.progress import watching
from homeostat.cli.summary import conclude, on_site


def resume_batch(
    *,
    batch: Batch,
    site: SiteDir = DEFAULT_SITE,
    speed: Speed = speed_factor("max"),
    as_json: AsJson = False,
) -> None:
    """Go on with a batch that a crash or a key interrupted."""
    from homeostat.execution import resume
    from homeostat.site import Site

    place = Site.open(site)
    with watching(on_site(site)) as watch:
        finish = resume(place, batch, speed, watch)
    conclude(place, finish, as_json=as_json)
