import type { components as IdentityComponents } from "./generated/identity.js";
import type { components as LedgerComponents } from "./generated/ledgers.js";
import type { components as PeopleComponents } from "./generated/people.js";

type Identity = IdentityComponents["schemas"];
type People = PeopleComponents["schemas"];
type Ledgers = LedgerComponents["schemas"];

/** A person. Only `id` is always there. */
export type Person = People["Person"];
/** One job of a person. */
export type Job = People["Job"];
/** Seniority of a job: an open string that suggests the values seen so far. */
export type Level = People["Level"];
/** Job function, such as `Engineering`: an open string that suggests the values seen so far. */
export type JobFunction = People["JobFunction"];
/** A company, of a job or of a company lookup. */
export type Company = People["Company"];
/** One entry of a person's education. */
export type Education = People["Education"];
/** The parts of a location. */
export type LocationDetails = People["LocationDetails"];

/** Request body of a search. */
export type SearchRequest = People["SearchRequest"];
/** A page of people, and the count of all who match. */
export type SearchResponse = People["SearchResponse"];
/** Filter clauses and groups, joined by an operator. */
export type FilterGroup = People["FilterGroup"];
/** One condition on one field. */
export type FilterClause = People["FilterClause"];
/** Path of the field of a clause: an open string that suggests the paths seen so far. */
export type FilterField = People["FilterField"];
/** A report on the people of a filter group. */
export type Report = People["Report"];
/** Results of a search's reports, by report name. */
export type ReportResults = People["ReportResults"];

/** Request body of a find. */
export type FindRequest = People["FindRequest"];
/** What is known about one person to find. */
export type Match = People["Match"];
/** One known fact about a person to find. */
export type MatchField = People["MatchField"];
/** One result for each match of a find. */
export type FindResponse = People["FindResponse"];
/** The people that one match found. */
export type MatchResult = People["MatchResult"];

/** Request body of a lookup of people by id. */
export type LookupRequest = People["LookupRequest"];
/** Response of a lookup of people by id. */
export type LookupResponse = People["LookupResponse"];

/** A contact to add to a ledger. */
export type NewContact = Ledgers["NewContact"];
/** A contact of a ledger, version 1 (camelCase). */
export type Contact = Ledgers["Contact"];
/** A contact of a ledger, version 2 (snake_case). */
export type ContactV2 = Ledgers["ContactV2"];
/** A job that imports contacts, and its status. */
export type ImportJob = Ledgers["ImportJob"];

/** Response of a session exchange: an access token and its expiry. */
export type Session = Identity["Session"];
/** Request body of a session exchange for a service account. */
export type ServiceAccountCredentials = Identity["ServiceAccountCredentials"];
/** Request body of a session exchange for a user. */
export type UserCredentials = Identity["UserCredentials"];

/** Known fields of an error body. */
export type ErrorBody = People["ErrorBody"];

/** Paths of the companies service. */
export type { paths as CompaniesPaths } from "./generated/companies.js";
/** Paths of the identity service. */
export type { paths as IdentityPaths } from "./generated/identity.js";
/** Paths of the ledgers service. */
export type { paths as LedgersPaths } from "./generated/ledgers.js";
/** Paths of the people service, for your own openapi-fetch client: `createClient<PeoplePaths>`. */
export type { paths as PeoplePaths } from "./generated/people.js";
