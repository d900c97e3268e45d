import type { FilterGroup, Report } from "../types.js";
import { choiceOf, type DayLike, fail, type OneOf, type Other, type Period, periodOf, valuesOf } from "./values.js";

const FIELDS = "jobs.function|jobs.level|jobs.company.name";

/** A field that reports have been seen to group by, or one marked by {@link other}. */
export type ReportField = OneOf<typeof FIELDS> | Other;

/** The period of a report, and what it groups by. */
export interface ReportOptions {
  /** `date_from`, the first day that counts (inferred). */
  readonly from: DayLike;
  /** `date_to`, the last day that counts (inferred). */
  readonly to: DayLike;
  /** One field, or several, each combination of which is a group. */
  readonly groupBy: ReportField | readonly ReportField[];
}

/** A report with its name in the type, so that `report_results?.[report.name]` has the type of its rows. */
export interface NamedReport<Name extends string> extends Report {
  readonly name: Name;
}

/** Reports on the people of a group. They were observed in one program. Attach one with {@link withReport}. */
export const report = {
  /**
   * By its name, how many people joined and left (inferred). Attach it to `anyJob`. Rows of `{ group_values, arrivals,
   * departures }`.
   */
  arrivalsDepartures(options: ReportOptions): NamedReport<"arrivals_departures"> {
    return { name: "arrivals_departures", params: paramsOf(options) };
  },
  /**
   * By its name, how many people work in each group on each date (inferred). Rows of `{ group_values, date,
   * count_employees }`.
   */
  demographics(options: ReportOptions): NamedReport<"demographics"> {
    return { name: "demographics", params: { ...paramsOf(options), status: "active" } };
  },
  /** An object; its content is unknown. */
  stats(): NamedReport<"stats"> {
    return { name: "stats", params: { status: "active" } };
  },
};

/**
 * Attaches a report to a group. Search with `size: 0`, which is free, and read `report_results`. The results have the
 * report's name as key, so a search can have each report once.
 *
 * @example
 * const headcount = q.report.demographics({ from: "2025-01-01", to: "2026-01-01", groupBy: "jobs.function" });
 * const group = q.withReport(q.anyJob(q.job.company({ linkedin: "nvidia" })), headcount);
 * const { report_results } = await livedata.people.search({ size: 0, filters: [group] });
 * const [row] = report_results?.[headcount.name] ?? [];
 */
export function withReport<G extends FilterGroup>(group: G, report: Report): G {
  if (!group?.filters || !report?.params) fail("q.withReport", "a group and a report");
  return { ...group, report };
}

function paramsOf(options: ReportOptions): Report["params"] {
  const { groupBy, ...period } = (options ?? {}) as Partial<ReportOptions>;
  return {
    ...periodOf(period as Period, "q.report", !(period.from && period.to)),
    group_by: valuesOf([groupBy], "q.report", choiceOf(FIELDS)),
  };
}
