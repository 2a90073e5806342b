"""Write the example training logs: ``python -m scripts.example_logs``.

One made-up athlete's ten weeks as four programs and a watch would export them, with the
quirks of real files.  No real person's data.
"""

# ruff: noqa: E501, SIM905 (rows of a table are laid out as such)
from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from garmin_fit_sdk import Encoder

FOLDER = Path(__file__).parents[1] / "data" / "example_logs"
ZONE = ZoneInfo("Europe/Berlin")
FIRST = datetime(2026, 5, 4)

STRAVA = (
    "Activity ID,Activity Date,Activity Name,Activity Type,Activity Description,"
    "Elapsed Time,Distance,Max Heart Rate,Relative Effort,Commute,Activity Private Note,"
    "Activity Gear,Filename,Athlete Weight,Bike Weight,Elapsed Time,Moving Time,Distance,"
    "Max Speed,Average Speed,Elevation Gain,Elevation Loss,Elevation Low,Elevation High,"
    "Max Grade,Average Grade,Average Positive Grade,Average Negative Grade,Max Cadence,"
    "Average Cadence,Max Heart Rate,Average Heart Rate,Max Watts,Average Watts,Calories,"
    "Max Temperature,Average Temperature,Relative Effort,Total Work,Number of Runs,"
    "Uphill Time,Downhill Time,Other Time,Perceived Exertion,Type,Start Time,"
    "Weighted Average Power,Power Count,Prefer Perceived Exertion,"
    "Perceived Relative Effort,Commute,Total Weight Lifted,From Upload,"
    "Grade Adjusted Distance,Weather Observation Time,Weather Condition,"
    "Weather Temperature,Apparent Temperature,Dewpoint,Humidity,Weather Pressure,"
    "Wind Speed,Wind Gust,Wind Bearing,Precipitation Intensity,Sunrise Time,Sunset Time,"
    "Moon Phase,Bike,Gear,Precipitation Probability,Precipitation Type,Cloud Cover,"
    "Weather Visibility,UV Index,Weather Ozone,Jump Count,Total Grit,Average Flow,Flagged,"
    "Average Elapsed Speed,Dirt Distance,Newly Explored Distance,"
    "Newly Explored Dirt Distance,Activity Count,Total Steps,Carbon Saved,Pool Length,"
    "Training Load,Intensity,Average Grade Adjusted Pace,Timer Time,Total Cycles,Media"
).split(",")
GARMIN = (
    "Activity Type,Date,Favorite,Title,Distance,Calories,Time,Avg HR,Max HR,Aerobic TE,"
    "Avg Pace,Best Pace,Total Ascent,Training Stress Score®,Steps,Min Temp,Max Temp,"
    "Moving Time,Elapsed Time"
).split(",")
INTERVALS = (
    "id,start_date_local,start_date,name,type,moving_time,elapsed_time,distance,"
    "average_speed,average_heartrate,max_heartrate,icu_training_load,icu_intensity,icu_rpe,"
    "icu_fitness,icu_fatigue"
).split(",")
TRAININGPEAKS = (
    "Title,WorkoutType,WorkoutDescription,PlannedDuration,PlannedDistanceInMeters,"
    "WorkoutDay,CoachComments,DistanceInMeters,PowerAverage,PowerMax,Energy,"
    "AthleteComments,TimeTotalInHours,VelocityAverage,VelocityMax,CadenceAverage,"
    "CadenceMax,HeartRateAverage,HeartRateMax,TorqueAverage,TorqueMax,IF,TSS,"
    + ",".join(f"HRZone{i}Minutes" for i in range(1, 11))
    + ","
    + ",".join(f"PWRZone{i}Minutes" for i in range(1, 11))
    + ",Rpe,Feeling"
).split(",")

# Weekday, hour, kind, minutes, km/h, average heart rate, highest, RPE, intensity.
WEEK = (
    (1, 18, "run", 50, 11.0, 158, 181, 7, 0.92),
    (2, 18, "ride", 90, 26.0, 128, 152, 4, 0.68),
    (3, 22, "run", 45, 10.0, 139, 150, 3, 0.66),
    (4, 7, "swim", 30, 2.8, 124, 141, 4, 0.65),
    (5, 10, "gym", 45, 0.0, 105, 130, 5, 0.60),
    (6, 9, "run", 75, 10.0, 146, 163, 5, 0.69),
)


def sessions() -> list[dict[str, object]]:
    """Ten weeks of training, a little longer and warmer each week."""
    rows = []
    for week in range(10):
        for weekday, hour, kind, minutes, speed, average, highest, rpe, factor in WEEK:
            length = minutes + (4 * week if weekday == 6 else week % 3)
            start = FIRST + timedelta(days=7 * week + weekday, hours=hour, minutes=week)
            rows.append(
                {
                    "start": start, "kind": kind, "minutes": length,
                    "metres": round(speed * length / 60 * 1000), "average": average,
                    "highest": highest, "rpe": rpe, "factor": factor,
                    "air": 15 + 1.2 * week, "humidity": 0.45 + 0.02 * (week % 5),
                }
            )  # fmt: skip
    return rows


def _text(headers: list[str], rows: list[dict[str, object]], end: str) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator=end)
    writer.writerow(headers)
    writer.writerows([row.get(name, "") for name in headers] for row in rows)
    return out.getvalue()


def strava() -> bytes:
    """UTC, headers that stand there twice, an hour count that a sleeping watch made."""
    kinds = {"run": "Run", "ride": "Ride", "swim": "Swim", "gym": "Weight Training"}
    lines = []
    for i, s in enumerate(sessions()):
        utc = s["start"].replace(tzinfo=ZONE).astimezone(UTC)
        seconds, metres = s["minutes"] * 60, s["metres"]
        elapsed = 2_012_530 if i == 20 else seconds + 95
        shown = f"{metres:,}" if s["kind"] == "swim" else f"{metres / 1000:.2f}"
        outdoors = s["kind"] in ("run", "ride")
        row = dict.fromkeys(range(len(STRAVA)), "")
        values = {
            "Activity ID": 9_000_000 + i, "Activity Name": "Evening out",
            "Activity Date": f"{utc:%b} {utc.day}, {utc:%Y}, {utc.hour % 12 or 12}:{utc:%M:%S %p}",
            "Activity Type": kinds[s["kind"]], "Commute": "false",
            "Activity Description": 'With "the usual" group,\nhome by the river' if i % 9 == 0 else "",
            "Filename": f"activities/{9_000_000 + i}.fit.gz", "Elapsed Time": elapsed,
            "Distance": shown, "Max Heart Rate": s["highest"],
        }  # fmt: skip
        later = {
            "Elapsed Time": float(elapsed), "Distance": float(metres), "Commute": 0.0,
            "Max Heart Rate": float(s["highest"]), "Moving Time": float(seconds),
            "Average Heart Rate": float(s["average"]), "Average Temperature": 31.0,
            "Perceived Exertion": float(s["rpe"]) if i % 7 == 0 else "",
            "Weather Temperature": round(s["air"], 1) if outdoors else "",
            "Humidity": round(s["humidity"], 2) if outdoors else "",
        }  # fmt: skip
        for name, value in values.items():
            row[STRAVA.index(name)] = value
        for name, value in later.items():
            row[len(STRAVA) - 1 - STRAVA[::-1].index(name)] = value
        lines.append([row[i] for i in range(len(STRAVA))])
    lines.append(lines[3])  # an exact duplicate
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([STRAVA, *lines])
    return out.getvalue().encode()


def _clock(minutes: float) -> str:
    seconds = round(minutes * 60)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def garmin() -> bytes:
    """Local time, newest first, thousands with commas, 0.0 and -- for nothing."""
    kinds = {"run": "Running", "ride": "Cycling", "swim": "Pool Swim"}
    kinds["gym"] = "Strength Training"
    rows = []
    for s in sessions():
        metres, minutes = s["metres"], s["minutes"]
        swims = s["kind"] == "swim"
        pace = minutes / (metres / (100 if swims else 1000)) if metres else 0
        in_km = f"{metres / 1000:.2f}"
        rows.append(
            {
                "Activity Type": kinds[s["kind"]], "Date": f"{s['start']:%Y-%m-%d %H:%M:%S}",
                "Favorite": "false", "Title": "Somewhere", "Calories": f"{minutes * 11:,}",
                "Distance": f"{metres:,}" if swims else in_km, "Time": _clock(minutes),
                "Avg HR": s["average"], "Max HR": s["highest"],
                "Avg Pace": f"{int(pace)}:{round(pace % 1 * 60) % 60:02}" if pace else "--",
                "Training Stress Score®": "0.0", "Steps": "--", "Min Temp": "24.0",
                "Max Temp": "31.0", "Moving Time": _clock(minutes - 1),
                "Elapsed Time": _clock(minutes + 2), "Total Ascent": "1,158",
            }
        )  # fmt: skip
    rows.append(
        {**rows[0], "Activity Type": "Track Running", "Date": "2026-07-13 18:00:00",
         "Distance": "450", "Time": "00:01:39.1", "Avg Pace": "3:40", "Moving Time": "00:01:39",
         "Elapsed Time": "00:01:39.1", "Avg HR": "--", "Max HR": "--"}
    )  # fmt: skip
    return _text(GARMIN, rows[::-1], "\r\n").encode()


def intervals() -> bytes:
    """Seconds and metres, local and UTC start, mostly without an effort; with a BOM."""
    kinds = {"run": "Run", "ride": "VirtualRide", "swim": "Swim", "gym": "WeightTraining"}
    rows = [
        {
            "id": f"i{7000 + i}", "name": "Session", "type": kinds[s["kind"]],
            "start_date_local": f"{s['start']:%Y-%m-%dT%H:%M:%S}",
            "start_date": f"{s['start'].replace(tzinfo=ZONE).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "moving_time": s["minutes"] * 60, "elapsed_time": s["minutes"] * 60 + 60,
            "distance": s["metres"], "average_speed": "", "average_heartrate": s["average"],
            "max_heartrate": s["highest"], "icu_training_load": round(s["minutes"] * 0.8),
            "icu_intensity": s["factor"] * 100 if s["kind"] == "ride" else "",
            "icu_rpe": s["rpe"] if i % 10 == 0 else "", "icu_fitness": 4.2e-45,
        }
        for i, s in enumerate(sessions())
    ]  # fmt: skip
    return _text(INTERVALS, rows, "\n").encode("utf-8-sig")


def trainingpeaks() -> bytes:
    """Days without a time, hours as decimals, plans and days off among what was done."""
    kinds = {"run": "Run", "ride": "Bike", "swim": "Swim", "gym": "Strength"}
    rows = []
    for i, s in enumerate(sessions()):
        hours = s["minutes"] / 60
        rows.append(
            {
                "Title": "Session", "WorkoutType": kinds[s["kind"]],
                "WorkoutDescription": "Warm up,\r\nthen as you feel", "PlannedDuration": 1.0,
                "WorkoutDay": f"{s['start']:%Y-%m-%d}", "DistanceInMeters": s["metres"],
                "TimeTotalInHours": f"{hours:.9f}", "HeartRateAverage": s["average"],
                "HeartRateMax": s["highest"], "IF": s["factor"],
                "TSS": round(hours * s["factor"] ** 2 * 100, 1),
                "Rpe": s["rpe"] if i % 3 else "", "Feeling": 3,
            }
        )  # fmt: skip
    rows.append({"Title": "Rest", "WorkoutType": "Day Off", "WorkoutDay": "2026-07-13"})
    rows += [
        {"Title": "Plan", "WorkoutType": "Run", "PlannedDuration": 1.5,
         "WorkoutDay": f"2026-07-{day}"}
        for day in (14, 15, 17)
    ]  # fmt: skip
    return _text(TRAININGPEAKS, rows, "\r\n").encode()


def fit(
    *,
    start: datetime = datetime(2026, 7, 12, 7, 9, tzinfo=UTC),
    minutes: float = 111.0,
    local_hours: float | None = 2.0,
    records: int = 12,
    **session: object,
) -> bytes:
    """One activity as a watch writes it, without the averages that many leave out."""
    encoder = Encoder()
    end = start + timedelta(minutes=minutes)
    encoder.write_mesg(
        {"mesg_num": 0, "type": "activity", "manufacturer": "development", "time_created": start}
    )  # fmt: skip
    for i in range(records):
        moment = start + timedelta(minutes=minutes * i / records)
        encoder.write_mesg({"mesg_num": 20, "timestamp": moment, "heart_rate": 140 + i})
    encoder.write_mesg(
        {
            "mesg_num": 18, "timestamp": end, "start_time": start, "sport": "running",
            "total_elapsed_time": minutes * 60 + 30, "total_timer_time": minutes * 60,
            "total_distance": 18500.0, "avg_temperature": 31, **session,
        }
    )  # fmt: skip
    activity = {"mesg_num": 34, "timestamp": end, "num_sessions": 1, "type": "manual"}
    if local_hours is not None:
        epoch = datetime(1989, 12, 31, tzinfo=UTC)
        local = (end - epoch).total_seconds() + local_hours * 3600
        activity["local_timestamp"] = int(local)
    encoder.write_mesg(activity)
    return bytes(encoder.close())


FILES = {
    "strava_activities.csv": strava,
    "garmin_activities.csv": garmin,
    "intervals_activities.csv": intervals,
    "trainingpeaks_workouts.csv": trainingpeaks,
    "long_run.fit": fit,
}


def main() -> None:
    """Write every example."""
    FOLDER.mkdir(exist_ok=True)
    for name, make in FILES.items():
        (FOLDER / name).write_bytes(make())


if __name__ == "__main__":
    main()
