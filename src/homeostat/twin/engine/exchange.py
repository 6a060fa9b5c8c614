"""Part of a vessel's contents replaced at once: a medium exchange, or a passage into fresh medium.

In: the share replaced, what the fresh medium contains, and what is kept back. Out: a `Jump`, exact for any volume.
"""

from collections.abc import Mapping, Sequence

from homeostat.errors import TwinError
from homeostat.twin.declare import Signature
from homeostat.twin.engine.schedule import Jump
from homeostat.twin.mixing import VOLUME, check_contents, is_concentration


def exchange(
    signature: Signature, time_h: float, share: float, contents: Mapping[str, float], keep: Sequence[str] = ()
) -> Jump:
    """Replace `share` (0 to 1) of the vessel's contents at `time_h` by fresh medium; the volume stays as it is.

    Concentrations obey c' = (1 - share) c + share c_in, with c_in = 0 for whatever `contents` (state name: value in
    its unit) does not name; those of `keep` stay, as cells do that settle or are spun down. What is no amount per
    volume (a fraction, pH) stays too. A passage 1:n is the share 1 - 1/n with nothing kept. Raises TwinError for
    unknown states, impossible contents, and a share that is none.
    """
    if not 0.0 <= share <= 1.0:
        raise TwinError(f"{share:g} is no share", where=f"exchange at {time_h:g} h", mend="give 0 to 1")
    check_contents(signature, contents)
    for name in (*contents, *keep):
        unit = signature.states[name].unit
        if name == VOLUME or not is_concentration(unit):
            raise TwinError(
                f"{name} [{unit}] is no amount per volume",
                where=f"exchange at {time_h:g} h",
                mend="an exchange leaves it as it is: do not name it",
            )
        if name in contents and name in keep:
            raise TwinError(
                f"{name} is kept and comes with the medium",
                where=f"exchange at {time_h:g} h",
                mend="choose one",
            )
    replaced = [q.name for q in signature.states if is_concentration(q.unit) and q.name not in keep]
    return Jump(
        time_h,
        scale=dict.fromkeys(replaced, 1.0 - share),
        add={name: share * value for name, value in contents.items()},
    )
