"""When an EventBridge schedule fires: rate(...), cron(...) and at(...).

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

_MONTHS: Final = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
_DAYS: Final = {name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"), 1)}
_YEARS: Final = range(1970, 2200)


class ExpressionError(ValueError):
    """EventBridge would refuse this expression."""


def next_fire(expression: str, timezone: str, after: datetime) -> datetime | None:
    """The first moment later than `after` (aware) at which the schedule fires, in UTC. None: never again.

    A local time that daylight saving skips does not fire, one that it repeats fires once.

    Raises:
        ExpressionError: EventBridge would refuse it.
    """
    kind, _, rest = expression.partition("(")
    body = rest.removesuffix(")").strip()
    zone = ZoneInfo(timezone)
    match kind:
        case "rate":
            return after.astimezone(UTC) + _interval(body)
        case "at":
            moment = datetime.fromisoformat(body).replace(tzinfo=zone).astimezone(UTC)
            return moment if moment > after else None
        case "cron":
            return _next_cron(_parse(body), zone, after)
        case _:
            raise ExpressionError(f"{expression}: neither rate(...), cron(...) nor at(...)")


def _interval(body: str) -> timedelta:
    match = re.fullmatch(r"([1-9]\d*) (minute|hour|day)(s?)", body)
    if not match or (match[1] == "1") is bool(match[3]):
        raise ExpressionError(f"rate({body}): expected 1 minute, 5 minutes, 1 hour, ...")
    return timedelta(**{match[2] + "s": int(match[1])})


@dataclass(frozen=True, slots=True)
class _Cron:
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days_of_month: str
    months: frozenset[int]
    days_of_week: str
    years: frozenset[int]


def _parse(body: str) -> _Cron:
    fields = body.upper().split()
    if len(fields) != 6:
        raise ExpressionError(f"cron({body}): six fields: minutes hours day-of-month month day-of-week year")
    minutes, hours, days_of_month, months, days_of_week, years = fields
    if (days_of_month == "?") is (days_of_week == "?"):
        raise ExpressionError(f"cron({body}): exactly one of day-of-month and day-of-week is ?")
    parsed = _Cron(
        minutes=tuple(sorted(_numbers(minutes, range(60)))),
        hours=tuple(sorted(_numbers(hours, range(24)))),
        days_of_month=days_of_month,
        months=frozenset(_numbers(months, range(1, 13), _MONTHS)),
        days_of_week=days_of_week,
        years=frozenset(_numbers(years, _YEARS)),
    )
    set(_days(parsed, 2024, 1))  # so that a bad day field is refused now, not in some later month
    return parsed


def _numbers(field: str, allowed: range, names: dict[str, int] | None = None) -> set[int]:
    """The values a field stands for: lists, ranges (FRI-MON wraps around), steps and names."""
    found: set[int] = set()
    for part in field.split(","):
        span, slash, step = part.partition("/")
        first, dash, last = span.partition("-")
        try:
            if span == "*":
                start, end = allowed[0], allowed[-1]
            else:
                start = _number(first, names)
                end = _number(last, names) if dash else (allowed[-1] if slash else start)
            stride = int(step) if slash else 1
        except ValueError:
            raise ExpressionError(f"{part}: not a value of this field") from None
        if start not in allowed or end not in allowed or stride < 1:
            raise ExpressionError(f"{part}: outside {allowed[0]}-{allowed[-1]}")
        if start <= end:
            found.update(range(start, end + 1, stride))
        else:
            found.update([*range(start, allowed[-1] + 1), *range(allowed[0], end + 1)][::stride])
    return found


def _number(text: str, names: dict[str, int] | None) -> int:
    return names[text] if names and text in names else int(text)


def _next_cron(cron: _Cron, zone: ZoneInfo, after: datetime) -> datetime | None:
    start = after.astimezone(zone).replace(tzinfo=None)
    for day in _dates(cron, start.date()):
        for hour in cron.hours:
            for minute in cron.minutes:
                moment = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).astimezone(UTC)
                exists = moment.astimezone(zone).replace(tzinfo=None) == datetime(
                    day.year, day.month, day.day, hour, minute
                )
                if exists and moment > after:
                    return moment
    return None


def _dates(cron: _Cron, start: date) -> Iterator[date]:
    for year in range(start.year, _YEARS[-1] + 1):
        if year not in cron.years:
            continue
        for month in sorted(cron.months):
            if (year, month) < (start.year, start.month):
                continue
            for day in sorted(_days(cron, year, month)):
                if date(year, month, day) >= start:
                    yield date(year, month, day)


def _days(cron: _Cron, year: int, month: int) -> set[int]:
    length = calendar.monthrange(year, month)[1]
    if cron.days_of_week == "?":
        chosen = (_days_of_month(part, year, month, length) for part in cron.days_of_month.split(","))
    else:
        chosen = (_days_of_week(part, year, month, length) for part in cron.days_of_week.split(","))
    return set().union(*chosen)


def _days_of_month(part: str, year: int, month: int, length: int) -> set[int]:
    if part == "L":
        return {length}
    if part == "LW":
        return {_nearest_weekday(year, month, length, length)}
    if part.endswith("W"):
        (day,) = _numbers(part[:-1], range(1, 32))
        return {_nearest_weekday(year, month, day, length)} if day <= length else set()
    return {day for day in _numbers(part, range(1, 32)) if day <= length}


def _days_of_week(part: str, year: int, month: int, length: int) -> set[int]:
    if part == "L":
        part = "SAT"
    if part.endswith("L"):
        return {max(_dates_on(part[:-1], year, month, length))}
    if "#" in part:
        day, _, ordinal = part.partition("#")
        (nth,) = _numbers(ordinal, range(1, 6))
        return set(sorted(_dates_on(day, year, month, length))[nth - 1 : nth])
    return _dates_on(part, year, month, length)


def _dates_on(field: str, year: int, month: int, length: int) -> set[int]:
    wanted = _numbers(field, range(1, 8), _DAYS)
    return {day for day in range(1, length + 1) if date(year, month, day).isoweekday() % 7 + 1 in wanted}


def _nearest_weekday(year: int, month: int, day: int, length: int) -> int:
    """Never leaves the month: the 1st on a Saturday becomes Monday the 3rd."""
    match date(year, month, day).isoweekday():
        case 6:
            return day - 1 if day > 1 else day + 2
        case 7:
            return day + 1 if day < length else day - 2
        case _:
            return day
