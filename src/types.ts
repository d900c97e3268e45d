import type { components as IdentityComponents } from "./generated/identity.js";
import type { components as LedgerComponents } from "./generated/ledgers.js";
import type { components as PeopleComponents } from "./generated/people.js";

type Identity = IdentityComponents["schemas"];
type People = PeopleComponents["schemas"];
type Ledgers = LedgerComponents["schemas"];

/** A person; only `id` is promised. */
export type Person = People["Person"];
/** One job of a person. */
export type Job = People["Job"];
/** Seniority of a job: an open string with the values seen so far. */
export type Level = People["Level"];
/** Line of work of a job: an open string with the values seen so far. */
export type JobFunction = People["Function"];
/** A company, as a job names it and as a lookup returns it. */
export type Company = People["Company"];
/** One school of a person. */
export type Education = People["Education"];
/** A location taken apart. */
export type LocationDetails = People["LocationDetails"];

/** Body of a search. */
export type SearchRequest = People["SearchRequest"];
/** A page of people, and the count of all that match. */
export type SearchResponse = People["SearchResponse"];
/** Clauses and groups joined by an operator. */
export type FilterGroup = People["FilterGroup"];
/** One condition on one field. */
export type FilterClause = People["FilterClause"];
/** Path of a field that a clause compares: an open string with the paths seen so far. */
export type FilterField = People["FilterField"];
/** A report over the people of a filter group. */
export type Report = People["Report"];
/** Outcomes of the reports a search asked for, by the report's name. */
export type ReportResults = People["ReportResults"];

/** Body of a find. */
export type FindRequest = People["FindRequest"];
/** What is known of one person to find. */
export type Match = People["Match"];
/** One thing known of a person to find. */
export type MatchField = People["MatchField"];
/** One outcome for each match of a find. */
export type FindResponse = People["FindResponse"];
/** Whom one match of a find found. */
export type MatchResult = People["MatchResult"];

/** Body of a lookup of people by their ids. */
export type LookupRequest = People["LookupRequest"];
/** Answer to a lookup of people by their ids. */
export type LookupResponse = People["LookupResponse"];

/** A contact to add to a ledger. */
export type NewContact = Ledgers["NewContact"];
/** A contact of a ledger, version 1 (camelCase). */
export type Contact = Ledgers["Contact"];
/** A contact of a ledger, version 2 (snake_case). */
export type ContactV2 = Ledgers["ContactV2"];
/** The work of adding contacts, and its status. */
export type ImportJob = Ledgers["ImportJob"];

/** An access token and when it expires, as the identity service sends them. */
export type Session = Identity["Session"];
/** Body of a session exchange for a service account. */
export type ServiceAccountCredentials = Identity["ServiceAccountCredentials"];
/** Body of a session exchange for a user. */
export type UserCredentials = Identity["UserCredentials"];

/** What little is known of an error body. */
export type ErrorBody = People["ErrorBody"];

/** The companies service's paths. */
export type { paths as CompaniesPaths } from "./generated/companies.js";
/** The identity service's paths. */
export type { paths as IdentityPaths } from "./generated/identity.js";
/** The ledgers service's paths. */
export type { paths as LedgersPaths } from "./generated/ledgers.js";
/** The people service's paths, for an openapi-fetch client of your own: `createClient<PeoplePaths>`. */
export type { paths as PeoplePaths } from "./generated/people.js";
