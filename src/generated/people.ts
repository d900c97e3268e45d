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
 * SHA-256 of them: 2424bf6680106d882b37d64b6abf9e759fa38456cda897a590755d645f5e9a34
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
         * Resolve given people
         * @description Resolves people of whom a name and company, an e-mail address or a LinkedIn slug (`jane-doe`, not the URL) is
         *     known. Costs 1 credit for each new person.
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
         * Price a find
         * @description Tells what the same body sent to `/find` would cost. Free.
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
         * Search, count and report
         * @description Finds people by filters over their jobs and education. Costs 1 credit for each new person that comes back;
         *     `size: 0` is free and still gives the count and reports.
         *
         *     A wrong key or value does not fail, it returns nothing. See `FilterGroup` for how clauses share a job.
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
         * Price a search
         * @description Tells what the same body sent to `/search` would cost. Free.
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
         * Fetch one person by id
         * @description Costs 1 credit, unless the person was bought before in this billing period.
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
         * Fetch people by their ids
         * @description Costs 1 credit for each new person.
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
        /** @description One thing known of a person. */
        MatchField: {
            /**
             * @description What is known. The values seen so far; others may work. `linkedin` takes the slug `jane-doe`, not the URL.
             *     `email_address` is documented, the others were observed.
             */
            field_name: ("name" | "company.name" | "linkedin") | "email_address" | (string & {});
            search_term: string;
        };
        /** @description What is known of one person. The fields are combined. */
        Match: {
            fields: components["schemas"]["MatchField"][];
        };
        /**
         * @description People to resolve. This schema refuses keys it does not know, since a misspelt key would find no one instead of
         *     failing; that closing is ours (inferred).
         */
        FindRequest: {
            /** @description One person to resolve each. */
            matches: components["schemas"]["Match"][];
            /** @description How many people come back at most for each match. 1 and 3 have been seen. */
            size?: number;
            /** @description Dotted paths of the fields to return, such as `position.company.name`. */
            return_fields?: string[];
            /** @description Only `medium` has been seen. */
            confidence?: "medium" | (string & {});
        };
        /**
         * @description What little is known of an error body: one consumer reads `message` or `error`. Neither is promised, and the body
         *     need not be JSON at all.
         */
        ErrorBody: {
            message?: unknown;
            error?: unknown;
        } & {
            [key: string]: unknown;
        };
        /** @description A location taken apart. */
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
        /** @description Seniority of a job. The values seen so far; others may come. */
        Level: ("Intern" | "Staff" | "Senior Staff" | "Consultant" | "Manager" | "Director" | "VP" | "C-Team") | (string & {});
        /** @description Line of work of a job. The values seen so far; others may come. */
        Function: ("Sales and Support" | "Engineering" | "Marketing and Product" | "Business Management" | "Finance and Administration" | "Human Resources" | "Operations" | "Information Technology" | "Consulting" | "Program and Project Management" | "Legal" | "Risk, Safety, Compliance" | "Healthcare" | "Education" | "Publishing, Editorial and Reporting") | (string & {});
        /** @description A company, as a job names it. Any value may be `null` or absent. */
        Company: {
            /**
             * @description Id of the company, `LDC-…`. With the suffix `-group` it stands for the company and its subsidiaries.
             * @example LDC-EXAMPLE
             */
            id?: string | null;
            /**
             * @description Also seen as `None` and as `Freelance/Self-employed`.
             * @example Acme Corp
             */
            name?: string | null;
            domain?: string | null;
            /** @description The LinkedIn slug (inferred). */
            linkedin?: string | null;
            ticker?: string | null;
            /** @example Technology */
            industry?: string | null;
            employee_count?: number | null;
            country?: string | null;
            location?: string | null;
            type?: string | null;
        };
        /** @description One job of a person. `<field>_details` holds what is computed about `<field>`. */
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
            /** @description How sure Live Data is of `started_at`. */
            started_at_details?: {
                confidence?: ("validated" | "low" | "medium" | "high") | (string & {}) | null;
            } | null;
            /** @description `null` in a current job. */
            ended_at?: string | null;
            /**
             * @description Length of the job, in months (inferred).
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
        /** @description One school of a person. */
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
         * @description A person as Live Data knows them. Only `id` is promised: any other value may be `null` or absent, all the more
         *     when `return_fields` narrows the answer.
         */
        Person: {
            /**
             * @description Id of the person, `LDP-1-…`. Credits are counted by it.
             * @example LDP-1-EXAMPLE
             */
            id: string;
            name?: string | null;
            first_name?: string | null;
            last_name?: string | null;
            /**
             * @description The slug `jane-doe`, not the URL.
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
            /** @description The current job. The same job stands in `jobs` again, so count one of the two. */
            position?: components["schemas"]["Job"] | null;
            /** @description Current and past jobs, newest first. */
            jobs?: components["schemas"]["Job"][] | null;
            education?: components["schemas"]["Education"][] | null;
            /** @example 2023-05-12T05:23:29Z */
            created_at?: string | null;
            title_change_detected_at?: string | null;
            /** @description Searches sort by it, newest first with `-company_change_detected_at`. */
            company_change_detected_at?: string | null;
            /** @example 2026-01-14T00:00:00Z */
            info_change_detected_at?: string | null;
        };
        /** @description Whom one match found. */
        MatchResult: {
            /** @description May be absent. */
            found?: boolean;
            /** @description The people found. The key is `people`, not `results`. */
            people: components["schemas"]["Person"][];
        };
        FindResponse: {
            /** @description One outcome for each match of the request, in the request's order. */
            matches: components["schemas"]["MatchResult"][];
        };
        /**
         * @description Clauses and groups joined by `operator`, to any depth.
         *
         *     - With `isJobsGroup: true` every clause inside must hold for the *same* job. Ask for two different jobs ("worked at
         *       A and at B") with two groups. Without same-job grouping a date clause matches any job at all.
         *     - Education clauses need a group of their own, with `isJobsGroup: false`. Mixed into a jobs group they do not
         *       fail, they silently give a wrong count.
         *
         *     The API answers a misspelt key or value with an empty list instead of an error. That is why this schema refuses
         *     what it does not know, and keeps groups and clauses apart: the closing is ours (inferred), not the API's.
         */
        FilterGroup: {
            /** @enum {string} */
            operator: "and" | "or";
            filters: (components["schemas"]["FilterGroup"] | components["schemas"]["FilterClause"])[];
            /** @description Whether the clauses inside must all hold for one and the same job. */
            isJobsGroup?: boolean;
            /**
             * @description Which jobs count. By their names, current ones, past ones, or both (inferred).
             * @enum {string}
             */
            jobsGroupType?: "active" | "ended" | "any";
            /**
             * @description By its name, which of the positions at a company count (inferred).
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
        /** @description Dotted path of what is compared. The fields seen so far; others may work. */
        FilterField: ("first_name" | "last_name" | "jobs.title" | "jobs.function" | "jobs.level" | "jobs.location" | "jobs.started_at" | "jobs.ended_at" | "jobs.company.name" | "jobs.company.id" | "jobs.company.group_id" | "jobs.company.linkedin" | "education.school" | "education.field") | (string & {});
        /**
         * @description A day, `YYYY-MM-DD`. Either end of a range may stand alone.
         * @example 2024-01-01
         */
        Day: string;
        /** @description One condition on one field. Like a group, it refuses keys it does not know; that closing is ours (inferred). */
        FilterClause: {
            /** @enum {string} */
            type: "must" | "must_not";
            field: components["schemas"]["FilterField"];
            /**
             * @description How the field is compared. Optional on dates.
             *
             *     - `exact` counts precisely. On a company's name it needs the canonical name; robust are `jobs.company.id`,
             *       `jobs.company.group_id` (`<id>-group`, with the subsidiaries) and `jobs.company.linkedin` (the slug).
             *     - `fuzzy` on a title also matches longer titles.
             *     - `exists`, by its name, asks that the field has a value (inferred).
             * @enum {string}
             */
            match_type?: "exact" | "fuzzy" | "exists";
            /** @description Values of which any one may match. */
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
         * @description What a report is asked for. `arrivals_departures` takes the dates and `group_by`, `demographics` all four, `stats`
         *     only `status`. The schema is open, since another report may take other parameters.
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
         * @description A report over the people a filter group finds, seen in one consumer. Ask for it with `size: 0`, which is free; the
         *     outcome stands under `report_results`, keyed by the report's name.
         */
        Report: {
            /** @description The reports seen so far; others may exist. */
            name: ("arrivals_departures" | "demographics" | "stats") | (string & {});
            params: components["schemas"]["ReportParams"];
        };
        /**
         * @description A filtered search. The API answers a misspelt key with an empty list instead of an error, so this schema refuses
         *     keys it does not know; that closing is ours (inferred).
         */
        SearchRequest: {
            /** @description Groups that must all hold. May be absent. */
            filters?: components["schemas"]["FilterGroup"][];
            /**
             * @description How many people come back at most. `0` is free and still gives `count` and reports: never spend a credit on a
             *     number. The default and the maximum are unknown; 0 to 300 have been seen to work.
             */
            size?: number;
            /** @description Dotted paths of the fields to return, such as `position.company.name`. */
            return_fields?: string[];
            /**
             * @description Field to sort by; a leading `-` sorts descending.
             * @example -company_change_detected_at
             */
            sort_by?: string;
            /** @description How many past jobs come back with each person. */
            past_jobs?: number;
            /**
             * @description The `pagination_token` of the page before. The response field was seen; that the request takes it back under
             *     the same name is our guess.
             */
            pagination_token?: string;
            /** @description Aggregations. They exist, and are ignored on the free tier; nothing is known of their form. */
            aggs?: unknown;
        };
        /** @description The values that make the group. */
        GroupValues: {
            value?: unknown;
        }[];
        /** @description How many people came and went in one group. */
        ArrivalsDeparturesRow: {
            group_values?: components["schemas"]["GroupValues"];
            arrivals?: number;
            departures?: number;
        };
        /** @description How many people one group had on one date. */
        DemographicsRow: {
            group_values?: components["schemas"]["GroupValues"];
            date?: string;
            count_employees?: number;
        };
        /** @description Outcomes of the reports asked for, keyed by the report's name. */
        ReportResults: {
            arrivals_departures?: components["schemas"]["ArrivalsDeparturesRow"][];
            demographics?: components["schemas"]["DemographicsRow"][];
            /** @description An object; what it holds is unknown. */
            stats?: {
                [key: string]: unknown;
            };
        } & {
            [key: string]: unknown;
        };
        SearchResponse: {
            /** @description The people of this page. The key is `people`, not `results`. */
            people: components["schemas"]["Person"][];
            /** @description All people that match, not capped by `size`. */
            count: number;
            /** @description Where the next page begins (inferred). */
            pagination_token?: string | null;
            report_results?: components["schemas"]["ReportResults"];
            /** @description Outcomes of the aggregations asked for; nothing is known of their form. */
            aggs?: unknown;
        };
        /**
         * @description Whom to fetch. This schema refuses keys it does not know, since a misspelt key would fetch no one; that closing is
         *     ours (inferred).
         */
        LookupRequest: {
            ids: string[];
        };
        /** @description Open, as nothing is known of it. */
        LookupResponse: {
            /** @description Our guess, from the answers of `/find` and `/search`; so it is not promised. */
            people?: components["schemas"]["Person"][];
        };
    };
    responses: {
        /** @description Any other failure. Which statuses occur and what their bodies hold is unknown. */
        Failure: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorBody"];
            };
        };
        /** @description The token was refused, as the status means everywhere (inferred). */
        Unauthorized: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ErrorBody"];
            };
        };
        /** @description The organization's credit quota is used up. The headers are documented, the body is not. */
        OverQuota: {
            headers: {
                "X-LDT-Credits-Used": components["headers"]["CreditsUsed"];
                /** @description How many credits are left after this call. Absent when the organization has no cap. */
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
        /** @description What the real call would cost, in a header. What the body holds is unknown. */
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
         * @description How many new records this call was charged for. One credit buys a unique person for the rest of the billing
         *     period, for the whole organization: the same id again is free, from any endpoint, key or user. So repeating a call
         *     is never charged twice.
         */
        CreditsUsed: number;
        /** @description How many credits are left after this call. Absent when the organization has no cap. */
        CreditsRemaining: number;
        /** @description What the previewed call would cost, in credits. The preview itself is free. */
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
            /** @description The outcomes, in the order of the request's matches. */
            200: {
                headers: {
                    "X-LDT-Credits-Used": components["headers"]["CreditsUsed"];
                    /** @description How many credits are left after this call. Absent when the organization has no cap. */
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
            /** @description A page of people, and the count of all. */
            200: {
                headers: {
                    "X-LDT-Credits-Used": components["headers"]["CreditsUsed"];
                    /** @description How many credits are left after this call. Absent when the organization has no cap. */
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
                 * @description Id of the person, `LDP-1-…`.
                 * @example LDP-1-EXAMPLE
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The person. That the body is the bare person is inferred. */
            200: {
                headers: {
                    "X-LDT-Credits-Used": components["headers"]["CreditsUsed"];
                    /** @description How many credits are left after this call. Absent when the organization has no cap. */
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
            /** @description The people. The form of the body is inferred. */
            200: {
                headers: {
                    "X-LDT-Credits-Used": components["headers"]["CreditsUsed"];
                    /** @description How many credits are left after this call. Absent when the organization has no cap. */
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
