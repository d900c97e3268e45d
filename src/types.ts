// Types that programs name often. The rest of each service's types is in its namespace, so that declarations can name
// the type of every exported value.

/** All types of the companies service. */
export type * as CompaniesApi from "./generated/companies.js";
/** Paths of the companies service. */
export type { paths as CompaniesPaths } from "./generated/companies.js";
/** All types of the identity service. */
export type * as IdentityApi from "./generated/identity.js";
/** Paths of the identity service. */
export type {
  paths as IdentityPaths,
  ServiceAccountCredentials,
  Session,
  UserCredentials,
} from "./generated/identity.js";
/** All types of the ledgers service. */
export type * as LedgersApi from "./generated/ledgers.js";
/** Paths of the ledgers service. */
export type { Contact, ContactV2, ImportJob, NewContact, paths as LedgersPaths } from "./generated/ledgers.js";
/** Named methods of each service, and their options. */
export type * from "./generated/operations.js";
/** All types of the people service. */
export type * as PeopleApi from "./generated/people.js";
export type {
  Company,
  Education,
  ErrorBody,
  FilterClause,
  FilterField,
  FilterGroup,
  FindRequest,
  FindResponse,
  Job,
  JobFunction,
  Level,
  LocationDetails,
  LookupRequest,
  LookupResponse,
  Match,
  MatchField,
  MatchResult,
  Person,
  paths as PeoplePaths,
  Report,
  ReportResults,
  SearchRequest,
  SearchResponse,
} from "./generated/people.js";
