"""Where the coatings of a case lie on the wall, and the regions of its electrolyte."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import KDTree

from geometries import Scaffold
from phasefield.case import Case
from phasefield.case.coatings import Patches
from phasefield.case.sections import Place
from phasefield.errors import GeometryInvalid
from phasefield.grid.smoothed_domain import Domain, Maps, Wall, build_domain
from phasefield.units import format as show

__all__ = ["case_domain", "clean_wall", "electrolyte_shares", "map_fields", "wall_shares"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

MOST_KINDS = 255
"""Coatings, or regions: their number is kept in one byte of every cell."""


def case_domain(case: Case, scaffold: Scaffold, *, force: bool = False) -> Domain:
    """The domain of a case, with its coatings and regions.

    Raises
    ------
    GeometryInvalid : as `build_domain`, and when a coating or a region lies nowhere.
    """
    symmetric = case.cell.kind == "symmetric"
    domain = build_domain(scaffold, case.interface.width, force=force, symmetric=symmetric)
    regions = case.electrolyte.regions
    if not (case.coatings or regions):
        return domain
    if max(len(case.coatings), len(regions)) > MOST_KINDS:
        raise GeometryInvalid(f"at most {MOST_KINDS} coatings and {MOST_KINDS} regions can be told")
    places = _Places(case, scaffold, domain)
    coating, region = (np.zeros(domain.grid.shape, np.uint8) for _ in range(2))
    for number, given in enumerate(case.coatings, 1):
        on = places.of(given.where, domain.wall_density > 0.0)
        if given.where.patches is not None:
            on = places.patches(given.where.patches, on, given.name)
        _require(case, on, "coatings", f'"{given.name}" lies nowhere on a wall')
        coating[on] = number
        if given.sheet_conductance > 0.0 and on.take(-1, axis=domain.grid.growth_axis).any():
            text = (
                f'"{given.name}" conducts electrons and touches the counter electrode: end it below'
                " with where.depth, or give geometry.separator"
            )
            raise GeometryInvalid(str(case.problem("coatings", text)))
    for number, part in enumerate(regions, 1):
        inside = places.of(part.where, domain.electrolyte > 0.0)
        _require(case, inside, "electrolyte.regions", f"entry {number} holds no electrolyte")
        region[inside] = number
    clean = clean_wall(case)
    walls = tuple(
        Wall(
            given.name,
            given.resistance_over(clean.resistance),
            clean.contact_angle if given.contact_angle is None else given.contact_angle,
            given.sheet_conductance,
            given.nucleation_overpotential or 0.0,
        )
        for given in case.coatings
    )
    conductivities = tuple(part.conductivity for part in regions)
    return replace(domain, maps=Maps(coating, walls, region, conductivities))


def clean_wall(case: Case) -> Wall:
    """The wall where it is not coated."""
    return Wall("clean", case.resistance, case.lithium.contact_angle)


def map_fields(case: Case, domain: Domain) -> dict[str, NDArray[Any]]:
    """What differs from place to place, to be saved; NaN where there is no wall, no electrolyte."""
    fields: dict[str, NDArray[Any]] = {}
    maps = domain.maps
    if maps is not None and case.coatings:
        walls, on = (clean_wall(case), *maps.walls), domain.wall_density > 0.0
        resistance = np.array([wall.resistance for wall in walls])[maps.coating]
        angle = np.rad2deg([wall.contact_angle for wall in walls])[maps.coating]
        fields["coating"] = np.where(on, maps.coating, np.nan)
        fields["charge_transfer_resistance"] = np.where(on, resistance, np.nan)
        fields["contact_angle"] = np.where(on, angle, np.nan)
        if maps.conducts_electrons:
            sheet = np.array([wall.sheet_conductance for wall in walls])[maps.coating]
            fields["sheet_conductance"] = np.where(on, sheet, np.nan)
    if maps is not None and case.electrolyte.regions:
        sigma = np.array([case.conductivity, *maps.conductivities])[maps.region]
        fields["conductivity"] = np.where(domain.electrolyte > 0.0, sigma, np.nan)
    return fields


def wall_shares(case: Case, domain: Domain) -> Iterator[tuple[Wall, float]]:
    """The clean wall and every coating, each with its share of the wall area [1]."""
    maps = domain.maps
    walls = (clean_wall(case), *(maps.walls if maps else ()))
    number = maps.coating if maps else np.zeros(domain.grid.shape, np.uint8)
    return zip(walls, _shares(number, domain.wall_density, len(walls)), strict=True)


def electrolyte_shares(case: Case, domain: Domain) -> Iterator[tuple[float, float]]:
    """Conductivity [S m-1] of each part of the electrolyte, and its share of the volume [1]."""
    maps = domain.maps
    sigma = (case.conductivity, *(maps.conductivities if maps else ()))
    number = maps.region if maps else np.zeros(domain.grid.shape, np.uint8)
    return zip(sigma, _shares(number, domain.electrolyte, len(sigma)), strict=True)


def _shares(number: NDArray[np.uint8], weight: Array, kinds: int) -> list[float]:
    found = np.bincount(number.ravel(), weights=weight.ravel(), minlength=kinds)
    return [float(share) for share in found / found.sum()]


def _require(case: Case, cells: Mask, path: str, otherwise: str) -> None:
    if not cells.any():
        text = f"{otherwise}: correct its where, heights are from the lithium side"
        raise GeometryInvalid(str(case.problem(path, text)))


class _Places:
    """Finds the cells that a `where` means."""

    def __init__(self, case: Case, scaffold: Scaffold, domain: Domain) -> None:
        self._case, self._scaffold, self._domain = case, scaffold, domain
        self._grid = domain.grid

    def of(self, place: Place, among: Mask) -> Mask:
        """Those of the cells `among` that lie in a place."""
        found = among.copy()
        if place.depth is not None:
            low, high = place.depth
            height = self._heights
            found &= (height >= low) & (height < high)
        if place.label is not None:
            found &= self._nearest_solid(place.label)
        return found

    def patches(self, patches: Patches, among: Mask, name: str) -> Mask:
        """Cells in balls about random points, one after another until they hold their share.

        The last ball is cut to the share. Points are drawn in the box of the domain, not on its
        grid, so that another spacing keeps the patches.
        """
        if patches.size < 2.0 * max(self._grid.spacing):
            raise GeometryInvalid(
                f'the patches of coating "{name}", {show(patches.size, "um", digits=4)}, are'
                " smaller than two cells: refine grid.spacing or choose larger patches"
            )
        places, area = np.argwhere(among), self._domain.wall_density[among]
        if not len(places):
            return among
        flat = [n == 1 for n in self._grid.shape]
        centres = np.where(flat, 0.0, (places + 0.5) * self._grid.spacing)
        tree, extent = KDTree(centres), np.where(flat, 0.0, self._grid.extent)
        random, order = np.random.default_rng(patches.seed), np.full(len(places), np.inf)
        wanted, covered, ball = patches.fraction * area.sum(), 0.0, 0
        while covered < wanted:
            point = random.random(3) * extent
            inside = np.array(tree.query_ball_point(point, 0.5 * patches.size), int)
            new = inside[np.isinf(order[inside])]
            distance = np.linalg.norm(centres[new] - point, axis=1)
            order[new] = ball + distance / patches.size  # at most a half: balls stay in order
            covered, ball = covered + float(area[new].sum()), ball + 1
        ranked = np.argsort(order, kind="stable")
        chosen = np.zeros(len(places), bool)
        chosen[ranked[np.cumsum(area[ranked]) <= wanted]] = True
        on = np.zeros_like(among)
        on[among] = chosen
        return on

    @cached_property
    def _heights(self) -> Array:
        """Centres of the cells above the lithium side [m], to be broadcast."""
        axis, along = self._grid.growth_axis, [1, 1, 1]
        along[axis] = -1
        centres = self._grid.centres(axis)
        return np.asarray(centres.reshape(along))

    def _nearest_solid(self, label: int) -> Mask:
        """Cells of which the nearest solid voxel of the image has a label."""
        labels = self._solid_labels
        if label not in labels:
            there = ", ".join(str(each) for each in np.unique(labels) if each >= 0)
            raise GeometryInvalid(f"the solid of the image has no label {label}, it has {there}")
        return labels == label

    @cached_property
    def _solid_labels(self) -> NDArray[np.int32]:
        """Label of the solid voxel nearest to each cell."""
        given, image = self._scaffold.image_labels, self._case.geometry
        if given is None:
            raise GeometryInvalid("a label needs geometry: {kind: image} without a threshold")
        pore = np.isin(given, getattr(image, "pore_labels", ()))
        nearest = ndimage.distance_transform_edt(
            pore, self._grid.spacing, return_distances=False, return_indices=True
        )
        return np.asarray(given[tuple(nearest)])
