/**
 * Written by `npm run generate` from these documents; an edit here would be lost.
 *
 * - openapi/components/company.yaml
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
 * - openapi/people.yaml
 *
 * SHA-256 of them: 47a2e2d6ba77572976be4bc7674e4fe712024fbe2539b1183fc2f3569f681399
 */

export interface paths {
    "/find": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Look up people by email, name and company, or LinkedIn slug
         * @description Returns the people that match a name and company, an email address, or a LinkedIn slug (`jane-doe`, not the
         *     URL). Costs 1 credit per new person.
         */
        post: operations["findPeople"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/find/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Preview the cost of a find
         * @description Returns what the same body would cost if sent to `/find`. Free.
         */
        post: operations["previewFind"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Search and count people, and run reports
         * @description Finds people by filters on their jobs and education. Costs 1 credit per new person returned. `size: 0` is free
         *     and still returns the count and the reports.
         *
         *     A wrong key or value does not fail: it returns nothing. See `FilterGroup` for clauses that must match the same
         *     job.
         */
        post: operations["searchPeople"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/search/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Preview the cost of a search
         * @description Returns what the same body would cost if sent to `/search`. Free.
         */
        post: operations["previewSearch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/person/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a person by ID
         * @description Costs 1 credit, unless the person was already paid for in this billing period.
         */
        get: operations["getPerson"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/persons/lookup_by_ids": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get people by ID
         * @description Costs 1 credit per new person.
         */
        post: operations["lookupPeople"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description One known field of a person. */
        MatchField: {
            /**
             * @description Name of the field. These are the values seen so far; others may work. `linkedin` takes the slug `jane-doe`, not
             *     the URL. `email_address` is documented; the others were observed.
             */
            field_name: ("name" | "company.name" | "linkedin") | "email_address" | (string & {});
            search_term: string;
        };
        /** @description What you know about one person. The fields are combined. */
        Match: {
            fields: components["schemas"]["MatchField"][];
        };
        /**
         * @description People to look up. This schema rejects unknown keys, because a misspelled key would find nobody instead of failing.
         *     That rule is ours (inferred).
         */
        FindRequest: {
            /** @description The people to look up, one match per person. */
            matches: components["schemas"]["Match"][];
            /** @description Maximum number of people returned per match. 1 and 3 have been seen. */
            size?: number;
            /** @description Dotted paths of the fields to return, such as `position.company.name`. */
            return_fields?: string[];
            /** @description Only `medium` has been seen. */
            confidence?: "medium" | (string & {});
        };
        /**
         * @description An error body. Little is known about it: one consumer reads `message` or `error`. Neither is guaranteed, and the
         *     body may not even be JSON.
         */
        ErrorBody: {
            message?: unknown;
            error?: unknown;
        } & {
            [key: string]: unknown;
        };
        /** @description A location, split into its parts. */
        LocationDetails: {
            /** @example Los Angeles */
            locality?: string | null;
            /** @example California */
            region?: string | null;
            region_abbreviation?: string | null;
            /** @example United States */
            country?: string | null;
            county?: string | null;
            fips_code?: string | null;
            postal_code?: string | null;
            /** @description Metropolitan statistical area (inferred). */
            msa?: string | null;
            raw?: string | null;
        };
        /** @description Seniority of a job. These are the values seen so far; others may occur. */
        Level: ("Intern" | "Staff" | "Senior Staff" | "Consultant" | "Manager" | "Director" | "VP" | "C-Team") | (string & {});
        /** @description Line of work of a job. These are the values seen so far; others may occur. */
        Function: ("Sales and Support" | "Engineering" | "Marketing and Product" | "Business Management" | "Finance and Administration" | "Human Resources" | "Operations" | "Information Technology" | "Consulting" | "Program and Project Management" | "Legal" | "Risk, Safety, Compliance" | "Healthcare" | "Education" | "Publishing, Editorial and Reporting") | (string & {});
        /** @description A company, as it appears in a job. Any value may be `null` or absent. */
        Company: {
            /**
             * @description Company ID, `LDC-…`. With the suffix `-group` it means the company and its subsidiaries.
             * @example LDC-EXAMPLE
             */
            id?: string | null;
            /**
             * @description The values `None` and `Freelance/Self-employed` have also been seen.
             * @example Acme Corp
             */
            name?: string | null;
            domain?: string | null;
            /** @description LinkedIn slug (inferred). */
            linkedin?: string | null;
            ticker?: string | null;
            /** @example Technology */
            industry?: string | null;
            employee_count?: number | null;
            country?: string | null;
            location?: string | null;
            type?: string | null;
        };
        /** @description One job of a person. `<field>_details` contains values computed about `<field>`. */
        Job: {
            /** @example Software Engineer */
            title?: string | null;
            /** @description Seniority, derived from the title. */
            level?: components["schemas"]["Level"] | null;
            /** @description Line of work, derived from the title. */
            function?: components["schemas"]["Function"] | null;
            location?: string | null;
            location_details?: components["schemas"]["LocationDetails"] | null;
            /** @example 2020-09-01T00:00:00Z */
            started_at?: string | null;
            /** @description How certain Live Data is about `started_at`. */
            started_at_details?: {
                confidence?: ("validated" | "low" | "medium" | "high") | (string & {}) | null;
            } | null;
            /** @description `null` for a current job. */
            ended_at?: string | null;
            /**
             * @description Length of the job in months (inferred).
             * @example 66
             */
            duration?: number | null;
            /**
             * @description In months.
             * @example 66
             */
            company_tenure?: number | null;
            is_first_at_company?: boolean | null;
            is_last_at_company?: boolean | null;
            company?: components["schemas"]["Company"] | null;
        };
        /** @description One school a person attended. */
        Education: {
            /** @example Example University */
            school?: string | null;
            /** @example Bachelor of Science - BS */
            degree?: string | null;
            /** @example Computer Science */
            field?: string | null;
            /** @example 2014-09-01T00:00:00Z */
            started_at?: string | null;
            /** @example 2018-05-01T00:00:00Z */
            ended_at?: string | null;
        };
        /**
         * @description A person. Only `id` is guaranteed: any other value may be `null` or absent, especially if `return_fields` limits
         *     the response.
         */
        Person: {
            /**
             * @description Person ID, `LDP-1-…`. Credits are counted per ID.
             * @example LDP-1-EXAMPLE
             */
            id: string;
            name?: string | null;
            first_name?: string | null;
            last_name?: string | null;
            /**
             * @description LinkedIn slug, such as `jane-doe`, not the URL.
             * @example jane-doe
             */
            linkedin?: string | null;
            /** @example Los Angeles, CA */
            location?: string | null;
            location_details?: components["schemas"]["LocationDetails"] | null;
            country?: string | null;
            /** @description Only `employed` has been seen. */
            employment_status?: "employed" | (string & {}) | null;
            connections?: number | null;
            /** @description The current job. It is repeated in `jobs`, so count only one of the two. */
            position?: components["schemas"]["Job"] | null;
            /** @description Current and past jobs, newest first. */
            jobs?: components["schemas"]["Job"][] | null;
            education?: components["schemas"]["Education"][] | null;
            /** @example 2023-05-12T05:23:29Z */
            created_at?: string | null;
            title_change_detected_at?: string | null;
            /** @description Searches can sort by it; `-company_change_detected_at` puts the newest first. */
            company_change_detected_at?: string | null;
            /** @example 2026-01-14T00:00:00Z */
            info_change_detected_at?: string | null;
        };
        /** @description The result of one match. */
        MatchResult: {
            /** @description May be absent. */
            found?: boolean;
            /** @description The people found. The key is `people`, not `results`. */
            people: components["schemas"]["Person"][];
        };
        FindResponse: {
            /** @description One result per match of the request, in the same order. */
            matches: components["schemas"]["MatchResult"][];
        };
        /**
         * @description Clauses and groups, joined by `operator` and nested to any depth.
         *
         *     - With `isJobsGroup: true`, every clause in the group must match the *same* job. Use two groups for two different
         *       jobs ("worked at A and at B"). Without same-job grouping, a date clause matches any job.
         *     - Education clauses need a group of their own, with `isJobsGroup: false`. In a jobs group they do not fail, but
         *       silently return a wrong count.
         *
         *     The API returns an empty list for a misspelled key or value, not an error. This schema therefore rejects unknown
         *     keys and values, and does not mix the keys of groups and clauses. These rules are ours (inferred), not the API's.
         */
        FilterGroup: {
            /** @enum {string} */
            operator: "and" | "or";
            filters: (components["schemas"]["FilterGroup"] | components["schemas"]["FilterClause"])[];
            /** @description Whether all clauses in the group must match the same job. */
            isJobsGroup?: boolean;
            /**
             * @description Which jobs count. Judging by the names, current jobs, past jobs, or both (inferred).
             * @enum {string}
             */
            jobsGroupType?: "active" | "ended" | "any";
            /**
             * @description Which positions at a company count, judging by the name (inferred).
             * @enum {string}
             */
            positionStatus?: "all" | "first" | "last" | "promotion";
            report?: components["schemas"]["Report"];
            type?: never;
            field?: never;
            match_type?: never;
            string_values?: never;
            date_from?: never;
            date_to?: never;
        };
        /** @description Dotted path of the field to compare. These are the fields seen so far; others may work. */
        FilterField: ("first_name" | "last_name" | "jobs.title" | "jobs.function" | "jobs.level" | "jobs.location" | "jobs.started_at" | "jobs.ended_at" | "jobs.company.name" | "jobs.company.id" | "jobs.company.group_id" | "jobs.company.linkedin" | "education.school" | "education.field") | (string & {});
        /**
         * @description A date, `YYYY-MM-DD`. A range may have only one end.
         * @example 2024-01-01
         */
        Day: string;
        /** @description One condition on one field. Like a group, it rejects unknown keys; that rule is ours (inferred). */
        FilterClause: {
            /** @enum {string} */
            type: "must" | "must_not";
            field: components["schemas"]["FilterField"];
            /**
             * @description How the field is compared. Optional for dates.
             *
             *     - `exact` counts precisely. For a company name it needs the canonical name; `jobs.company.id`,
             *       `jobs.company.group_id` (`<id>-group`, with the subsidiaries) and `jobs.company.linkedin` (the slug) are
             *       robust.
             *     - `fuzzy` on a title also matches longer titles.
             *     - `exists`, judging by its name, requires the field to have a value (inferred).
             * @enum {string}
             */
            match_type?: "exact" | "fuzzy" | "exists";
            /** @description Values to match; any one of them is enough. */
            string_values?: string[];
            date_from?: components["schemas"]["Day"];
            date_to?: components["schemas"]["Day"];
            operator?: never;
            filters?: never;
            isJobsGroup?: never;
            jobsGroupType?: never;
            positionStatus?: never;
            report?: never;
        };
        /**
         * @description Parameters of a report. `arrivals_departures` takes the dates and `group_by`, `demographics` takes all four, `stats`
         *     takes only `status`. The schema is open, because another report may take other parameters.
         */
        ReportParams: {
            date_from?: components["schemas"]["Day"];
            date_to?: components["schemas"]["Day"];
            group_by?: (("jobs.function" | "jobs.level" | "jobs.company.name") | (string & {}))[];
            /** @description Only `active` has been seen. */
            status?: "active" | (string & {});
        } & {
            [key: string]: unknown;
        };
        /**
         * @description A report on the people a filter group matches, seen in one consumer. Request it with `size: 0`, which is free. The
         *     result is in `report_results`, keyed by the report's name.
         */
        Report: {
            /** @description These are the reports seen so far; others may exist. */
            name: ("arrivals_departures" | "demographics" | "stats") | (string & {});
            params: components["schemas"]["ReportParams"];
        };
        /**
         * @description A filtered search. The API returns an empty list for a misspelled key, not an error, so this schema rejects unknown
         *     keys. That rule is ours (inferred).
         */
        SearchRequest: {
            /** @description Groups that must all match. May be absent. */
            filters?: components["schemas"]["FilterGroup"][];
            /**
             * @description Maximum number of people returned. `0` is free and still returns `count` and the reports, so use it to count.
             *     The default and the maximum are unknown; 0 to 300 have been seen to work.
             */
            size?: number;
            /** @description Dotted paths of the fields to return, such as `position.company.name`. */
            return_fields?: string[];
            /**
             * @description Field to sort by. A leading `-` sorts in descending order.
             * @example -company_change_detected_at
             */
            sort_by?: string;
            /** @description Number of past jobs returned with each person. */
            past_jobs?: number;
            /**
             * @description The `pagination_token` of the previous page. The field was seen in responses; we infer that a request takes it
             *     back under the same name.
             */
            pagination_token?: string;
            /** @description Aggregations. They exist, but are ignored on the free tier. Their format is unknown. */
            aggs?: unknown;
        };
        /** @description The values that define the group. */
        GroupValues: {
            value?: unknown;
        }[];
        /** @description How many people joined and left one group. */
        ArrivalsDeparturesRow: {
            group_values?: components["schemas"]["GroupValues"];
            arrivals?: number;
            departures?: number;
        };
        /** @description Headcount of one group on one date. */
        DemographicsRow: {
            group_values?: components["schemas"]["GroupValues"];
            date?: string;
            count_employees?: number;
        };
        /** @description Results of the requested reports, keyed by the report's name. */
        ReportResults: {
            arrivals_departures?: components["schemas"]["ArrivalsDeparturesRow"][];
            demographics?: components["schemas"]["DemographicsRow"][];
            /** @description An object. Its content is unknown. */
            stats?: {
                [key: string]: unknown;
            };
        } & {
            [key: string]: unknown;
        };
        SearchResponse: {
            /** @description The people of this page. The key is `people`, not `results`. */
            people: components["schemas"]["Person"][];
            /** @description Number of all people that match, not limited by `size`. */
            count: number;
            /** @description Token of the next page (inferred). */
            pagination_token?: string | null;
            report_results?: components["schemas"]["ReportResults"];
            /** @description Results of the requested aggregations. Their format is unknown. */
            aggs?: unknown;
        };
        /**
         * @description People to get by ID. This schema rejects unknown keys, because a misspelled key would return nobody. That rule is
         *     ours (inferred).
         */
        LookupRequest: {
            ids: string[];
        };
        /** @description An open object, because nothing is known about it. */
        LookupResponse: {
            /** @description Inferred from the responses of `/find` and `/search`, so it may be absent. */
            people?: components["schemas"]["Person"][];
        };
    };
    responses: {
        /** @description Any other failure. The possible statuses and bodies are unknown. */
        Failure: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorBody"];
            };
        };
        /** @description The token was rejected. That is the general meaning of a 401 (inferred). */
        Unauthorized: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorBody"];
            };
        };
        /** @description The organization's credit quota is used up. The headers are documented; the body is not. */
        OverQuota: {
            headers: {
                "X-LDT-Credits-Used": components["headers"]["CreditsUsed"];
                /** @description Credits left after this call. Absent if the organization has no cap. */
                "X-LDT-Credits-Remaining"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorBody"];
            };
        };
        /** @description The key may not use this endpoint. */
        Forbidden: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorBody"];
            };
        };
        /** @description The `X-LDT-Credits-Cost` header says what the real call would cost. The content of the body is unknown. */
        Preview: {
            headers: {
                "X-LDT-Credits-Cost": components["headers"]["CreditsCost"];
                [name: string]: unknown;
            };
            content: {
                "application/json": unknown;
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: {
        /**
         * @description Number of new records this call was charged for. One credit pays for one unique person, for the rest of the billing
         *     period and the whole organization. After that the same ID is free, from any endpoint, key or user, so a repeated
         *     call is never charged twice.
         */
        CreditsUsed: number;
        /** @description Credits left after this call. Absent if the organization has no cap. */
        CreditsRemaining: number;
        /** @description Credits the previewed call would cost. The preview itself is free. */
        CreditsCost: number;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    findPeople: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FindRequest"];
            };
        };
        responses: {
            /** @description The results, in the order of the request's matches. */
            200: {
                headers: {
                    "X-LDT-Credits-Used": components["headers"]["CreditsUsed"];
                    /** @description Credits left after this call. Absent if the organization has no cap. */
                    "X-LDT-Credits-Remaining"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FindResponse"];
                };
            };
            401: components["responses"]["Unauthorized"];
            402: components["responses"]["OverQuota"];
            403: components["responses"]["Forbidden"];
            default: components["responses"]["Failure"];
        };
    };
    previewFind: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FindRequest"];
            };
        };
        responses: {
            200: components["responses"]["Preview"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            default: components["responses"]["Failure"];
        };
    };
    searchPeople: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SearchRequest"];
            };
        };
        responses: {
            /** @description A page of people, and the count of all matches. */
            200: {
                headers: {
                    "X-LDT-Credits-Used": components["headers"]["CreditsUsed"];
                    /** @description Credits left after this call. Absent if the organization has no cap. */
                    "X-LDT-Credits-Remaining"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SearchResponse"];
                };
            };
            401: components["responses"]["Unauthorized"];
            402: components["responses"]["OverQuota"];
            403: components["responses"]["Forbidden"];
            default: components["responses"]["Failure"];
        };
    };
    previewSearch: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SearchRequest"];
            };
        };
        responses: {
            200: components["responses"]["Preview"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            default: components["responses"]["Failure"];
        };
    };
    getPerson: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Person ID, `LDP-1-…`.
                 * @example LDP-1-EXAMPLE
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The person. We infer that the body is the person itself, without a wrapper. */
            200: {
                headers: {
                    "X-LDT-Credits-Used": components["headers"]["CreditsUsed"];
                    /** @description Credits left after this call. Absent if the organization has no cap. */
                    "X-LDT-Credits-Remaining"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Person"];
                };
            };
            401: components["responses"]["Unauthorized"];
            402: components["responses"]["OverQuota"];
            403: components["responses"]["Forbidden"];
            default: components["responses"]["Failure"];
        };
    };
    lookupPeople: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LookupRequest"];
            };
        };
        responses: {
            /** @description The people. The format of the body is inferred. */
            200: {
                headers: {
                    "X-LDT-Credits-Used": components["headers"]["CreditsUsed"];
                    /** @description Credits left after this call. Absent if the organization has no cap. */
                    "X-LDT-Credits-Remaining"?: number;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LookupResponse"];
                };
            };
            401: components["responses"]["Unauthorized"];
            402: components["responses"]["OverQuota"];
            403: components["responses"]["Forbidden"];
            default: components["responses"]["Failure"];
        };
    };
}
