export type {
  Clause,
  CompanyKey,
  Condition,
  EducationClause,
  FunctionValue,
  JobClause,
  LevelValue,
  NotJobClause,
  OtherPersonField,
  PersonClause,
} from "./clauses.js";
export { education, exact, job, not } from "./clauses.js";
export type {
  Alternative,
  Companion,
  EducationPart,
  EducationParts,
  JobGroup,
  JobIs,
  JobPart,
  JobParts,
  Joinable,
  Joined,
} from "./groups.js";
export { allOf, anyJob, anyOf, currentJob, never, pastJob, studied, withPosition } from "./groups.js";
export type { PersonFacts, PersonKey } from "./person.js";
export { person } from "./person.js";
export type { NamedReport, ReportField, ReportOptions } from "./reports.js";
export { report, withReport } from "./reports.js";
export type { DayLike, Other, Period, Texts } from "./values.js";
export { day, other } from "./values.js";
