"""The geometry section of a case file: which scaffold, and its measures.

Every kind is a section of its own; the key `kind` says which one is meant. All of them share what
the rest of the case relies on: the pore size that the interface must resolve, and, except for an
imported image, porosity and height.
"""

from __future__ import annotations

from math import log
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Discriminator, Field, Tag

from phasefield.case.quantities import (
    Fraction,
    Length,
    OptionalFraction,
    OptionalLength,
    Width,
)
from phasefield.case.sections import FROM_OTHERS, Section, key, kind_of

__all__ = ["Channels", "Geometry", "ScaffoldSection"]

Trim = Literal["none", "open", "percolating", "lithium_side"]


class ScaffoldSection(Section):
    """What every kind of scaffold has."""

    random: ClassVar[bool] = False
    """Whether the seed of the case changes it."""

    trim: Trim = key(
        "pores that stay: all (none trims), those open to an end, to both, or to the lithium_side",
        "percolating",
        "none",
    )
    separator: OptionalLength = key(
        "dense layer put on top of the scaffold, on the side of the counter electrode", "5 um", None
    )

    def in_words(self, size: str) -> str:
        """What lithium is plated into, in words; `size` is the pore size as written."""
        return f"{size} {getattr(self, 'kind').replace('_', ' ')}"  # noqa: B009

    @property
    def smallest_pore(self) -> float:
        """The narrowest width that the interface must resolve [m]."""
        return float(getattr(self, "pore_size"))  # noqa: B009

    def parameters(self) -> dict[str, Any]:
        """Keys of this kind alone, as the generator of its name takes them."""
        common = {"kind", "trim", "separator"}
        return {name: getattr(self, name) for name in type(self).model_fields if name not in common}


class Channels(ScaffoldSection):
    """Parallel channels that run up from the lithium side."""

    kind: Literal["channels"] = key("straight channels", "channels", "channels")
    arrangement: Literal["slit", "square", "hexagonal"] = key(
        "how channels lie: slit in 2D (default); square (default) or hexagonal in 3D",
        "slit",
        FROM_OTHERS,
    )
    pore_size: Length = key("slit width in 2D, channel diameter in 3D", "1.5 um")
    porosity: Fraction = key("pore volume over total volume", "50 %")
    height: Length = key("extent of the domain along the channels", "10 um")
    width: Width = key(
        "extent across the channels: whole periods, or unit_cell, the smallest symmetric cell",
        "unit_cell",
        "unit_cell",
    )

    def in_words(self, size: str) -> str:
        """Shape and arrangement of the channels."""
        words = {"slit": "slits", "square": "cylinders on a square lattice"}
        return f"{size} {words.get(self.arrangement, 'cylinders on a hexagonal lattice')}"


class TaperedChannels(Channels):
    """Straight channels that narrow or widen upwards."""

    kind: Literal["tapered_channels"] = key("tapered channels", "tapered_channels")  # type: ignore[assignment]
    pore_size: Length = key("slit width or diameter at the lithium side", "1.5 um")
    pore_size_top: Length = key("slit width or diameter at the top", "1 um")

    @property
    def smallest_pore(self) -> float:
        """The narrow end [m]."""
        return min(self.pore_size, self.pore_size_top)


class CorrugatedChannels(Channels):
    """Straight channels whose width swings about its mean."""

    kind: Literal["corrugated_channels"] = key("corrugated channels", "corrugated_channels")  # type: ignore[assignment]
    pore_size: Length = key("mean slit width or diameter", "1.5 um")
    amplitude: Fraction = key("swing of the width over its mean", 0.2)
    wavelength: Length = key("of the swing, along the channels", "3 um")

    @property
    def smallest_pore(self) -> float:
        """The throats [m]."""
        return self.pore_size * (1 - self.amplitude)


class TortuousChannels(ScaffoldSection):
    """Channels that wind about sine curves."""

    kind: Literal["tortuous_channels"] = key("winding channels", "tortuous_channels")
    pore_size: Length = key("width normal to the curve", "1.5 um")
    porosity: Fraction = key("pore volume over total volume", "30 %")
    tortuosity: Annotated[float, Field(gt=1, lt=10)] = key("length of the curve over height", 1.2)
    height: Length = key("extent of the domain along the growth axis", "10 um")
    width: Width = key("extent across: whole periods, or unit_cell: one", "9 um", "unit_cell")
    wavelength: OptionalLength = key("of the curve; the height if not given", "10 um", None)


class RandomScaffold(ScaffoldSection):
    """What scaffolds that follow the seed share."""

    random: ClassVar[bool] = True

    porosity: Fraction = key("pore volume over total volume", "50 %")
    height: Length = key("extent of the domain along the growth axis", "10 um")
    width: Length = key("extent of the domain across the growth axis", "10 um")


class RandomChannels(RandomScaffold):
    """Straight channels at random places, not overlapping."""

    kind: Literal["random_channels"] = key("straight channels at random places", "random_channels")
    pore_size: Length = key("slit width in 2D, channel diameter in 3D", "1.5 um")
    gap: OptionalLength = key("least wall between two; one cell if not given", "0.2 um", None)


class OverlappingSpheres(RandomScaffold):
    """Equal spheres at random places: the pore-former route."""

    kind: Literal["overlapping_spheres"] = key("spheres that may overlap", "overlapping_spheres")
    pore_size: Length = key("diameter of the spheres", "2.3 um")
    spheres: Literal["pore", "solid"] = key("which phase they are", "pore", "pore")

    def in_words(self, size: str) -> str:
        """The spheres, or what they leave."""
        between = "the pores between solid spheres"
        return super().in_words(size) if self.spheres == "pore" else f"{between} ({size})"

    @property
    def smallest_pore(self) -> float:
        """The diameter; the mean chord between spheres that are solid [m]."""
        if self.spheres == "pore":
            return self.pore_size
        return -2 * self.pore_size / (3 * log(self.porosity))


class SeparateSpheres(RandomScaffold):
    """Equal spherical pores that do not touch."""

    kind: Literal["separate_spheres"] = key("closed spherical pores", "separate_spheres")
    pore_size: Length = key("diameter of the spheres", "2.3 um")
    gap: OptionalLength = key("least wall between two; one cell if not given", "0.2 um", None)


class RandomField(RandomScaffold):
    """Pores where smooth noise lies below a threshold."""

    kind: Literal["random_field"] = key("Gaussian random field", "random_field")
    pore_size: Length = key("mean chord length of the pores", "2 um")

    def in_words(self, size: str) -> str:
        """A field has pores, it is none."""
        return f"the pores of a random field ({size})"


class MinimalSurface(ScaffoldSection):
    """One side of a triply periodic surface; 3D only."""

    kind: Literal["minimal_surface"] = key("gyroid and its kin", "minimal_surface")
    surface: Literal["gyroid", "schwarz_p", "diamond"] = key("which surface", "gyroid", "gyroid")
    pore_size: Length = key("diameter of the largest sphere in the pores", "2 um")
    porosity: Fraction = key("pore volume over total volume", "50 %")
    height: Length = key("extent of the domain along the growth axis", "10 um")
    width: Length = key("extent of the domain across the growth axis", "10 um")

    def in_words(self, size: str) -> str:
        """One side of the surface, by its name."""
        name = {"gyroid": "gyroid", "schwarz_p": "Schwarz P surface", "diamond": "diamond surface"}
        return f"the pores of a {name[self.surface]} ({size})"


class Lamellae(RandomScaffold):
    """Parallel walls of a freeze-cast scaffold."""

    kind: Literal["lamellae"] = key("walls along the growth axis", "lamellae")
    pore_size: Length = key("distance between two walls", "2 um")
    width: Length = key("extent across the walls: whole periods", "12 um")
    roughness: OptionalLength = key("root-mean-square displacement of the walls", "0.2 um", None)
    roughness_length: OptionalLength = key(
        "over which they move; three pore sizes if not given", "6 um", None
    )

    def in_words(self, size: str) -> str:
        """The room between two walls."""
        return f"{size} gaps between lamellae"


class Image(ScaffoldSection):
    """A scaffold from a tomogram or, in 2D, an image; height and width are those of the image."""

    kind: Literal["image"] = key("segmented or grey image", "image")
    file: str = key(
        "TIFF (or a folder of slices), HDF5, NumPy or raw; in the folder of the case", "scan.tif"
    )
    voxel_size: Length = key("edge of a voxel", "20 nm")
    slice_thickness: OptionalLength = key("edge along z where it differs", "40 nm", None)
    axes: Annotated[str, Field(pattern="^[zyx]{2,3}$")] = key("order in which it is stored", "zyx")
    growth: Annotated[str, Field(pattern="^[+-][zyx]$")] = key(
        "axis along which lithium grows, and the end it comes from: + the low one", "+z"
    )
    crop: str | None = key("part that is read, in voxels", "z=0:100 x=20:220", None)
    pore_size: Length = key("that the interface must resolve", "2.3 um")
    porosity: OptionalFraction = key("that the image must have, within one point", "51 %", None)
    pore_labels: Annotated[tuple[int, ...], Field(strict=False, min_length=1)] = Field(
        (0,), description="labels that are pore; every other one is solid", examples=[[0]]
    )
    threshold: Annotated[float, Field(allow_inf_nan=False)] | Literal["otsu"] | None = key(
        "of grey values; null for labels", "otsu", None
    )
    pores: Literal["dark", "bright"] = key("side of the threshold that is pore", "dark", "dark")
    dataset: str | None = key("name inside an HDF5 file", "labels", None)
    raw_shape: Annotated[tuple[int, ...], Field(strict=False)] | None = Field(
        None, description="number of voxels of a raw file, as stored", examples=[[100, 200, 200]]
    )
    raw_type: Literal["uint8", "uint16", "int16", "float32"] = key(
        "type of a raw file", "uint8", "uint8"
    )
    height: ClassVar[None] = None

    def in_words(self, size: str) -> str:
        """An image shows pores, it is none."""
        return f"the pores of an imported image ({size})"


Geometry = Annotated[
    Annotated[Channels, Tag("channels")]
    | Annotated[TaperedChannels, Tag("tapered_channels")]
    | Annotated[CorrugatedChannels, Tag("corrugated_channels")]
    | Annotated[TortuousChannels, Tag("tortuous_channels")]
    | Annotated[RandomChannels, Tag("random_channels")]
    | Annotated[OverlappingSpheres, Tag("overlapping_spheres")]
    | Annotated[SeparateSpheres, Tag("separate_spheres")]
    | Annotated[RandomField, Tag("random_field")]
    | Annotated[MinimalSurface, Tag("minimal_surface")]
    | Annotated[Lamellae, Tag("lamellae")]
    | Annotated[Image, Tag("image")],
    Discriminator(kind_of),
]
"""The section as pydantic reads it: the class that `kind` names, channels where it is missing."""
