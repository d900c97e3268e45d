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

/** The keywords the schemas below are written in; no other occurs. */
export interface SchemaObject {
  readonly $ref?: string;
  readonly type?: SchemaType | readonly SchemaType[];
  readonly enum?: readonly (string | number | boolean | null)[];
  readonly const?: string | number | boolean | null;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly pattern?: string;
}

export type SchemaType = "string" | "number" | "integer" | "boolean" | "object" | "array" | "null";

/** `false` takes nothing; `true` and `{}` take anything. */
export type Schema = SchemaObject | boolean;

/** Ids of the operations that take a body. */
export type OperationWithBody = "createSession" | "findPeople" | "previewFind" | "searchPeople" | "previewSearch" | "lookupPeople" | "createContacts";

/** By operation id and media type. A `$ref` of `#/schemas/Name` stands for `schemas.Name`. */
export const requestSchemas: Readonly<Record<OperationWithBody, Readonly<Record<string, Schema>>>> = {
  "createSession": {
    "application/json": {
      "$ref": "#/schemas/ServiceAccountCredentials"
    },
    "application/x-www-form-urlencoded": {
      "$ref": "#/schemas/UserCredentials"
    }
  },
  "findPeople": {
    "application/json": {
      "$ref": "#/schemas/FindRequest"
    }
  },
  "previewFind": {
    "application/json": {
      "$ref": "#/schemas/FindRequest"
    }
  },
  "searchPeople": {
    "application/json": {
      "$ref": "#/schemas/SearchRequest"
    }
  },
  "previewSearch": {
    "application/json": {
      "$ref": "#/schemas/SearchRequest"
    }
  },
  "lookupPeople": {
    "application/json": {
      "$ref": "#/schemas/LookupRequest"
    }
  },
  "createContacts": {
    "application/json": {
      "anyOf": [
        {
          "$ref": "#/schemas/NewContact"
        },
        {
          "type": "array",
          "items": {
            "$ref": "#/schemas/NewContact"
          }
        }
      ]
    }
  }
};

/** The named schemas that request bodies refer to. */
export const schemas: Readonly<Record<string, Schema>> = {
  "ServiceAccountCredentials": {
    "type": "object",
    "required": [
      "grantType",
      "clientId",
      "clientSecret"
    ],
    "properties": {
      "grantType": {
        "type": "string",
        "const": "clientCredentials"
      },
      "clientId": {
        "type": "string"
      },
      "clientSecret": {
        "type": "string"
      }
    }
  },
  "UserCredentials": {
    "type": "object",
    "required": [
      "username",
      "password"
    ],
    "properties": {
      "username": {
        "type": "string"
      },
      "password": {
        "type": "string"
      }
    }
  },
  "FindRequest": {
    "type": "object",
    "required": [
      "matches"
    ],
    "properties": {
      "matches": {
        "type": "array",
        "items": {
          "$ref": "#/schemas/Match"
        }
      },
      "size": {
        "type": "integer"
      },
      "return_fields": {
        "type": "array",
        "items": {
          "type": "string"
        }
      },
      "confidence": {
        "anyOf": [
          {
            "type": "string",
            "enum": [
              "medium"
            ]
          },
          {
            "type": "string"
          }
        ]
      }
    },
    "additionalProperties": false
  },
  "Match": {
    "type": "object",
    "required": [
      "fields"
    ],
    "properties": {
      "fields": {
        "type": "array",
        "items": {
          "$ref": "#/schemas/MatchField"
        }
      }
    },
    "additionalProperties": false
  },
  "MatchField": {
    "type": "object",
    "required": [
      "field_name",
      "search_term"
    ],
    "properties": {
      "field_name": {
        "anyOf": [
          {
            "type": "string",
            "enum": [
              "name",
              "company.name",
              "linkedin"
            ]
          },
          {
            "type": "string",
            "enum": [
              "email_address"
            ]
          },
          {
            "type": "string"
          }
        ]
      },
      "search_term": {
        "type": "string"
      }
    },
    "additionalProperties": false
  },
  "SearchRequest": {
    "type": "object",
    "properties": {
      "filters": {
        "type": "array",
        "items": {
          "$ref": "#/schemas/FilterGroup"
        }
      },
      "size": {
        "type": "integer",
        "minimum": 0
      },
      "return_fields": {
        "type": "array",
        "items": {
          "type": "string"
        }
      },
      "sort_by": {
        "type": "string"
      },
      "past_jobs": {
        "type": "integer"
      },
      "pagination_token": {
        "type": "string"
      },
      "aggs": {}
    },
    "additionalProperties": false
  },
  "FilterGroup": {
    "type": "object",
    "required": [
      "operator",
      "filters"
    ],
    "properties": {
      "operator": {
        "type": "string",
        "enum": [
          "and",
          "or"
        ]
      },
      "filters": {
        "type": "array",
        "items": {
          "oneOf": [
            {
              "$ref": "#/schemas/FilterGroup"
            },
            {
              "$ref": "#/schemas/FilterClause"
            }
          ]
        }
      },
      "isJobsGroup": {
        "type": "boolean"
      },
      "jobsGroupType": {
        "type": "string",
        "enum": [
          "active",
          "ended",
          "any"
        ]
      },
      "positionStatus": {
        "type": "string",
        "enum": [
          "all",
          "first",
          "last",
          "promotion"
        ]
      },
      "report": {
        "$ref": "#/schemas/Report"
      }
    },
    "additionalProperties": false
  },
  "FilterClause": {
    "type": "object",
    "required": [
      "type",
      "field"
    ],
    "properties": {
      "type": {
        "type": "string",
        "enum": [
          "must",
          "must_not"
        ]
      },
      "field": {
        "$ref": "#/schemas/FilterField"
      },
      "match_type": {
        "type": "string",
        "enum": [
          "exact",
          "fuzzy",
          "exists"
        ]
      },
      "string_values": {
        "type": "array",
        "items": {
          "type": "string"
        }
      },
      "date_from": {
        "$ref": "#/schemas/Day"
      },
      "date_to": {
        "$ref": "#/schemas/Day"
      }
    },
    "additionalProperties": false
  },
  "FilterField": {
    "anyOf": [
      {
        "type": "string",
        "enum": [
          "first_name",
          "last_name",
          "jobs.title",
          "jobs.function",
          "jobs.level",
          "jobs.location",
          "jobs.started_at",
          "jobs.ended_at",
          "jobs.company.name",
          "jobs.company.id",
          "jobs.company.group_id",
          "jobs.company.linkedin",
          "education.school",
          "education.field"
        ]
      },
      {
        "type": "string"
      }
    ]
  },
  "Day": {
    "type": "string",
    "pattern": "^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$"
  },
  "Report": {
    "type": "object",
    "required": [
      "name",
      "params"
    ],
    "properties": {
      "name": {
        "anyOf": [
          {
            "type": "string",
            "enum": [
              "arrivals_departures",
              "demographics",
              "stats"
            ]
          },
          {
            "type": "string"
          }
        ]
      },
      "params": {
        "$ref": "#/schemas/ReportParams"
      }
    },
    "additionalProperties": false
  },
  "ReportParams": {
    "type": "object",
    "properties": {
      "date_from": {
        "$ref": "#/schemas/Day"
      },
      "date_to": {
        "$ref": "#/schemas/Day"
      },
      "group_by": {
        "type": "array",
        "items": {
          "anyOf": [
            {
              "type": "string",
              "enum": [
                "jobs.function",
                "jobs.level",
                "jobs.company.name"
              ]
            },
            {
              "type": "string"
            }
          ]
        }
      },
      "status": {
        "anyOf": [
          {
            "type": "string",
            "enum": [
              "active"
            ]
          },
          {
            "type": "string"
          }
        ]
      }
    },
    "additionalProperties": true
  },
  "LookupRequest": {
    "type": "object",
    "required": [
      "ids"
    ],
    "properties": {
      "ids": {
        "type": "array",
        "items": {
          "type": "string"
        }
      }
    },
    "additionalProperties": false
  },
  "NewContact": {
    "type": "object",
    "required": [
      "name",
      "company"
    ],
    "properties": {
      "name": {
        "type": "string"
      },
      "company": {
        "type": "string"
      },
      "linkedin": {
        "type": "string"
      },
      "referenceId": {
        "type": "string"
      }
    },
    "additionalProperties": false
  }
};
