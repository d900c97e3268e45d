/**
 * Written by `npm run generate` from these documents; an edit here would be lost.
 *
 * - openapi/companies.yaml
 * - openapi/components/company.yaml
 * - openapi/components/contact.yaml
 * - openapi/components/credits.yaml
 * - openapi/components/errors.yaml
 * - openapi/components/filters.yaml
 * - openapi/components/find.yaml
 * - openapi/components/lookup.yaml
 * - openapi/components/person.yaml
 * - openapi/components/preview.yaml
 * - openapi/components/reports.yaml
 * - openapi/components/search.yaml
 * - openapi/components/security.yaml
 * - openapi/components/session.yaml
 * - openapi/identity.yaml
 * - openapi/ledgers.yaml
 * - openapi/people.yaml
 *
 * SHA-256 of them: e2c0ae9cf874404ac8fa4056ff450886aeeb6f1819ec60fb52e5996ba5399083
 */

/** What a document says of an operation besides its types; a member that is absent was not said. */
export interface OperationFacts {
  /** The role on the organization that it needs at least. */
  readonly role?: "administrator" | "editor" | "viewer";
  /** Whether to repeat it changes nothing, though its method does not say so. */
  readonly isIdempotent?: true;
  /** Whether it costs credits. */
  readonly isPaid?: true;
  /** The path of the operation that tells what it would cost. */
  readonly preview?: string;
}

/** By service, then by method and path, such as `POST /search`. */
export const operationFacts: Readonly<Record<"identity" | "people" | "companies" | "ledgers", Readonly<Record<string, OperationFacts>>>> = {
  "identity": {},
  "people": {
    "POST /find": {
      "isIdempotent": true,
      "isPaid": true,
      "preview": "/find/preview"
    },
    "POST /find/preview": {
      "isIdempotent": true
    },
    "POST /search": {
      "isIdempotent": true,
      "isPaid": true,
      "preview": "/search/preview"
    },
    "POST /search/preview": {
      "isIdempotent": true
    },
    "GET /person/{id}": {
      "isPaid": true
    },
    "POST /persons/lookup_by_ids": {
      "isIdempotent": true,
      "isPaid": true
    }
  },
  "companies": {},
  "ledgers": {
    "GET /contacts": {
      "role": "viewer"
    },
    "POST /contacts": {
      "role": "editor"
    }
  }
};
